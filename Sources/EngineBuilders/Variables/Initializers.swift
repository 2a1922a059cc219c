import EngineCore
import EngineGraph

/// Builds the first value of a variable.
public protocol VariableInitializer {
  /// - Parameter partition: where the part lies when the variable is partitioned.
  func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output
}

extension VariableInitializer {
  public func callAsFunction(_ graph: Graph, shape: [Int], dtype: DType = .float32) throws -> Output {
    try build(graph, shape: shape, dtype: dtype, partition: nil)
  }
}

/// An initializer written as a closure, or by the host language.
public struct ClosureInitializer: VariableInitializer {
  let body: (Graph, [Int], DType) throws -> Output
  public init(_ body: @escaping (Graph, [Int], DType) throws -> Output) { self.body = body }
  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    try body(graph, shape, dtype)
  }
}

/// Zeros; empty texts for strings.
public struct Zeros: VariableInitializer {
  public init() {}
  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    try graph.filled(0, shape: shape, dtype: dtype, name: "zeros")
  }
}

public struct Ones: VariableInitializer {
  public init() {}
  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    try graph.filled(1, shape: shape, dtype: dtype, name: "ones")
  }
}

/// A constant; a list that is too short is continued with its last element.
public struct ConstantInitializer: VariableInitializer {
  let values: [Double]
  let valueShape: [Int]?
  let verifiesShape: Bool

  public init(_ value: Double) {
    values = [value]
    valueShape = []
    verifiesShape = false
  }

  /// - Parameter verifiesShape: refuse variables of another shape than `shape`.
  public init(_ values: [Double], shape: [Int]? = nil, verifiesShape: Bool = false) {
    self.values = values
    valueShape = shape ?? [values.count]
    self.verifiesShape = verifiesShape
  }

  /// **Errors**: `ValueError` for more values than the variable has, `TypeError` with `verifiesShape` for another shape.
  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    guard let count = Shape.elementCount(shape) else { throw EngineError.value("invalid shape \(shape)") }
    if verifiesShape, let valueShape, valueShape != shape {
      throw EngineError.type(
        "Expected Tensor's shape: \(Shape(known: shape)), got \(Shape(known: valueShape)).")
    }
    guard values.count <= max(count, 1) || values.count == 1 else {
      throw EngineError.value(
        "Too many elements provided. Needed at most \(count), but received \(values.count)")
    }
    try checkRoom(for: count, of: Double.self)
    var all = Array(values.prefix(count))
    if let last = values.last { all.append(contentsOf: [Double](repeating: last, count: count - all.count)) }
    if all.count < count { all.append(contentsOf: [Double](repeating: 0, count: count - all.count)) }
    return try graph.constant(Tensor(numbers: all, shape: shape, dtype: dtype))
  }
}

/// The random generator an initializer draws from.
public enum RandomSource: Sendable {
  /// The graph's seeded ops, as `tf.compat.v1` initializers use.
  case graph
  /// Stateless ops with a seed of their own, as Keras initializers use.
  case stateless
}

/// Uniform numbers in `[minimum, maximum)`.
public struct RandomUniform: VariableInitializer {
  let minimum: Double
  let maximum: Double?
  let seed: Int?
  let source: RandomSource

  public init(_ minimum: Double = 0, _ maximum: Double? = nil, seed: Int? = nil, source: RandomSource = .graph) {
    self.minimum = minimum
    self.maximum = maximum
    self.seed = seed
    self.source = source
  }

  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    try graph.randomUniform(
      shape: .integers(shape), .number(minimum), .number(maximum ?? 1), dtype: dtype, seed: seed, source: source)
  }
}

/// Normal numbers, or normal numbers within two standard deviations.
public struct RandomNormal: VariableInitializer {
  let mean: Double
  let standardDeviation: Double
  let isTruncated: Bool
  let seed: Int?
  let source: RandomSource

  public init(
    mean: Double = 0, standardDeviation: Double = 1, isTruncated: Bool = false, seed: Int? = nil,
    source: RandomSource = .graph
  ) {
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.isTruncated = isTruncated
    self.seed = seed
    self.source = source
  }

  public func build(_ graph: Graph, shape: [Int], dtype: DType, partition: PartitionInfo?) throws -> Output {
    try graph.randomNormal(
      shape: .integers(shape), .number(mean), .number(standardDeviation), dtype: dtype, isTruncated: isTruncated,
      seed: seed, source: source)
  }
}
