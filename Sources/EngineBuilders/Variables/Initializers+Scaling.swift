import EngineCore
import EngineGraph

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Random numbers scaled by the number of inputs or outputs of a unit.
///
/// **Source**: He et al. 2015, Glorot and Bengio 2010; `tf.compat.v1.variance_scaling_initializer`.
public struct VarianceScaling: VariableInitializer {
  public enum Mode: String, Sendable { case fanIn = "fan_in", fanOut = "fan_out", fanAverage = "fan_avg" }
  public enum Distribution: String, Sendable {
    case uniform
    case truncatedNormal = "truncated_normal"
    case untruncatedNormal = "untruncated_normal"
  }

  let scale: Double
  let mode: Mode
  let distribution: Distribution
  let seed: Int?
  let source: RandomSource

  /// **Errors**: `ValueError` for a scale that is not positive.
  public init(
    scale: Double = 1, mode: Mode = .fanIn, distribution: Distribution = .truncatedNormal, seed: Int? = nil,
    source: RandomSource = .graph
  ) throws {
    guard scale > 0 else { throw EngineError.value("Argument `scale` must be a positive float. Received: \(scale)") }
    self.init(valid: scale, mode, distribution, seed, source)
  }

  private init(_ scale: Double, _ mode: Mode, _ distribution: Distribution, _ seed: Int?, _ source: RandomSource) {
    self.init(valid: scale, mode, distribution, seed, source)
  }

  private init(
    valid scale: Double, _ mode: Mode, _ distribution: Distribution, _ seed: Int?, _ source: RandomSource
  ) {
    self.scale = scale
    self.mode = mode
    self.distribution = distribution
    self.seed = seed
    self.source = source
  }

  public static func glorotUniform(seed: Int? = nil, source: RandomSource = .graph) -> VarianceScaling {
    .init(1, .fanAverage, .uniform, seed, source)
  }
  public static func glorotNormal(seed: Int? = nil, source: RandomSource = .graph) -> VarianceScaling {
    .init(1, .fanAverage, .truncatedNormal, seed, source)
  }
  public static func heNormal(seed: Int? = nil, source: RandomSource = .graph) -> VarianceScaling {
    .init(2, .fanIn, .truncatedNormal, seed, source)
  }
  public static func heUniform(seed: Int? = nil, source: RandomSource = .graph) -> VarianceScaling {
    .init(2, .fanIn, .uniform, seed, source)
  }
  public static func lecunNormal(seed: Int? = nil, source: RandomSource = .graph) -> VarianceScaling {
    .init(1, .fanIn, .truncatedNormal, seed, source)
  }
  public static func lecunUniform(seed: Int? = nil, source: RandomSource = .graph) -> VarianceScaling {
    .init(1, .fanIn, .uniform, seed, source)
  }

  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    let (fanIn, fanOut) = VarianceScaling.fans(partition?.fullShape ?? shape)
    let fan =
      switch mode {
      case .fanIn: max(1, fanIn)
      case .fanOut: max(1, fanOut)
      case .fanAverage: max(1, (fanIn + fanOut) / 2)
      }
    let variance = scale / fan
    switch distribution {
    case .uniform:
      let limit = (3 * variance).squareRoot()
      return try graph.randomUniform(
        shape: .integers(shape), .number(-limit), .number(limit), dtype: dtype, seed: seed, source: source)
    case .truncatedNormal:
      // The standard deviation of a normal distribution cut off at two standard deviations.
      return try graph.randomNormal(
        shape: .integers(shape), .number(0), .number(variance.squareRoot() / 0.87962566103423978), dtype: dtype,
        isTruncated: true, seed: seed, source: source)
    case .untruncatedNormal:
      return try graph.randomNormal(
        shape: .integers(shape), .number(0), .number(variance.squareRoot()), dtype: dtype, isTruncated: false,
        seed: seed, source: source)
    }
  }

  /// Inputs and outputs of one unit, for a kernel of the given shape.
  static func fans(_ shape: [Int]) -> (Double, Double) {
    switch shape.count {
    case 0: return (1, 1)
    case 1: return (Double(shape[0]), Double(shape[0]))
    case 2: return (Double(shape[0]), Double(shape[1]))
    default:
      let field = shape.dropLast(2).reduce(1.0) { $0 * Double($1) }
      return (Double(shape[shape.count - 2]) * field, Double(shape[shape.count - 1]) * field)
    }
  }
}

/// Uniform numbers that keep the scale of the input, whatever its size.
public struct UniformUnitScaling: VariableInitializer {
  let factor: Double
  let seed: Int?

  public init(factor: Double = 1, seed: Int? = nil) {
    self.factor = factor
    self.seed = seed
  }

  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    let inputs = (partition?.fullShape ?? shape).dropLast().reduce(1.0) { $0 * Double($1) }
    let limit = (3 / max(inputs, 1)).squareRoot() * factor
    return try graph.randomUniform(
      shape: .integers(shape), .number(-limit), .number(limit), dtype: dtype, seed: seed, source: .graph)
  }
}

/// An orthogonal matrix: the Q of a random normal one, its columns signed by the diagonal of R.
public struct Orthogonal: VariableInitializer {
  let gain: Double
  let seed: Int?
  let source: RandomSource

  public init(gain: Double = 1, seed: Int? = nil, source: RandomSource = .graph) {
    self.gain = gain
    self.seed = seed
    self.source = source
  }

  /// **Errors**: `ValueError` for fewer than two dimensions.
  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    guard shape.count >= 2, let last = shape.last else {
      throw EngineError.value(
        "The tensor to initialize, specified by argument `shape` must be at least two-dimensional. Received "
          + "shape=\(Shape(known: shape))")
    }
    let rows = shape.dropLast().reduce(1, *)
    let flat = rows < last ? [last, rows] : [rows, last]
    let normal = try graph.randomNormal(
      shape: .integers(flat), .number(0), .number(1), dtype: dtype, isTruncated: false, seed: seed, source: source)
    let qr = try graph.addNode("Qr", [normal], attributes: ["full_matrices": .bool(false)], name: "Qr")
    let diagonal = try graph.op("DiagPart", qr.output(1))
    var q = try graph.multiply(.tensor(qr.output(0)), .tensor(try graph.op("Sign", diagonal)))
    if rows < last { q = try graph.apply("Transpose", as: "transpose", .tensor(q), .integers([1, 0])) }
    return try graph.multiply(.number(gain), .tensor(try graph.reshape(q, shape)))
  }
}

/// The identity matrix times a gain.
public struct IdentityInitializer: VariableInitializer {
  let gain: Double
  public init(gain: Double = 1) { self.gain = gain }

  /// **Errors**: `ValueError` for anything but a matrix.
  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    let full = partition?.fullShape ?? shape
    guard full.count == 2 else {
      throw EngineError.value(
        "The tensor to initialize, specified by argument `shape` must be at least two-dimensional. Received "
          + "shape=\(Shape(known: full))")
    }
    guard shape.count == 2, let count = Shape.elementCount(shape) else {
      throw EngineError.value("an identity matrix cannot have shape \(Shape(known: shape))")
    }
    try checkRoom(for: count, of: Double.self)
    var values = [Double](repeating: 0, count: count)
    let (rowOffset, columnOffset) = (partition?.offset[0] ?? 0, partition?.offset[1] ?? 0)
    for row in 0..<shape[0] where row + rowOffset >= columnOffset && row + rowOffset - columnOffset < shape[1] {
      values[row * shape[1] + row + rowOffset - columnOffset] = 1
    }
    let eye = try graph.constant(Tensor(numbers: values, shape: shape, dtype: dtype), name: "eye")
    return try graph.multiply(.number(gain), .tensor(eye))
  }
}
