import EngineCore
import EngineGraph

/// Statistics, normalisation and dropout of `tf.nn`.
public enum NN {
  /// Mean and (population) variance over some axes.
  public static func moments(_ x: Output, axes: [Int], keepDimensions: Bool = false, name: String? = nil) throws -> (
    mean: Output, variance: Output
  ) {
    let graph = x.graph
    return try graph.withNameScope(name ?? "moments") { _ in
      // Half precision is summed in single.
      let y = x.dtype == .float16 ? try graph.cast(x, to: .float32) : x
      var mean = try graph.reduce("Mean", .tensor(y), axes: axes, keepDimensions: true, name: "mean")
      let stopped = try graph.op("StopGradient", mean)
      let squares = try graph.op("SquaredDifference", y, stopped)
      var variance = try graph.reduce("Mean", .tensor(squares), axes: axes, keepDimensions: true, name: "variance")
      if !keepDimensions {
        mean = try graph.squeeze(mean, axes: axes)
        variance = try graph.squeeze(variance, axes: axes)
      }
      if x.dtype == .float16 { return (try graph.cast(mean, to: .float16), try graph.cast(variance, to: .float16)) }
      return (mean, variance)
    }
  }

  /// `(x - mean) / sqrt(variance + epsilon) * scale + offset`.
  public static func batchNormalization(
    _ x: Output, mean: Operand, variance: Operand, offset: Operand?, scale: Operand?, epsilon: Double,
    name: String? = nil
  ) throws -> Output {
    let graph = x.graph
    // Operators of variables read them outside the scope of the product.
    func read(_ operand: Operand) throws -> Operand {
      if case .variable(let variable) = operand { return .tensor(try variable.value()) }
      return operand
    }
    return try graph.withNameScope(name ?? "batchnorm") { _ in
      let shifted = try graph.add(try read(variance), .number(epsilon))
      var factor = try graph.op("Rsqrt", shifted)
      if let scale { factor = try graph.multiply(.tensor(factor), scale) }
      let scaled = try graph.multiply(.tensor(x), .tensor(try graph.cast(factor, to: x.dtype)))
      let rest: Output
      if let offset {
        let product = try graph.multiply(try read(mean), .tensor(factor))
        rest = try graph.subtract(try read(offset), .tensor(product))
      } else {
        let negative = try graph.apply("Neg", mean)
        rest = try graph.multiply(.tensor(negative), .tensor(factor))
      }
      return try graph.add(.tensor(scaled), .tensor(try graph.cast(rest, to: x.dtype)))
    }
  }

  /// `x / sqrt(max(sum(x^2), epsilon))` over some axes.
  public static func l2Normalize(_ x: Output, axes: Operand, epsilon: Double = 1e-12, name: String? = nil) throws
    -> Output
  {
    let graph = x.graph
    return try graph.withNameScope(name ?? "l2_normalize") { scope in
      let sum = try graph.apply(
        "Sum", .tensor(try graph.op("Square", x)), axes, attributes: ["keep_dims": .bool(true)])
      let inverse = try graph.op("Rsqrt", try graph.apply("Maximum", .tensor(sum), .number(epsilon)))
      return try graph.addNode("Mul", [x, inverse], name: scope).output()
    }
  }

  /// Sets elements to zero with probability `rate` and scales the others by `1 / (1 - rate)`.
  ///
  /// - Parameter noiseShape: the shape of the random decisions, which are broadcast.
  /// **Errors**: `ValueError` for a rate outside `[0, 1)` or a type that is not floating.
  public static func dropout(
    _ x: Output, rate: Operand, noiseShape: Operand? = nil, seed: Int? = nil, name: String? = nil
  ) throws -> Output {
    let graph = x.graph
    guard x.dtype.isFloating else {
      throw EngineError.value(
        "`x.dtype` must be a floating point tensor as `x` will be scaled. Received `x.dtype=\(x.dtype)`")
    }
    if case .number(let number) = rate, !(number >= 0 && number < 1) {
      throw EngineError.value("`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate=\(number)")
    }
    return try graph.withNameScope(name ?? "dropout") { _ in
      if case .number(0) = rate {
        // Draws a seed all the same, so that a rate of zero does not change later random ops.
        _ = graph.randomSeeds(op: seed)
        return x
      }
      let scaled: Output
      let threshold: Operand
      if case .number(let number) = rate {
        let scale = try graph.scalar(1 / (1 - number), like: x)
        scaled = try graph.op("Mul", x, scale)
        threshold = rate
      } else {
        let tensor = try graph.cast(try graph.tensor(rate), to: x.dtype)
        let keep = try graph.op("Sub", try graph.scalar(1, like: x), tensor)
        scaled = try graph.op("RealDiv", x, keep)
        threshold = .tensor(tensor)
      }
      let shape = try noiseShape.map { try graph.tensor($0) } ?? graph.shapeVector(x)
      let random = try graph.randomUnit(shape: shape, dtype: x.dtype, seed: seed)
      let keeps = try graph.apply("GreaterEqual", .tensor(random), threshold)
      let zero = try graph.scalar(0, like: x)
      let result = try graph.addNode("SelectV2", [keeps, scaled, zero]).output()
      try result.setShape(x.shape)
      return result
    }
  }

  /// The fraction of elements that are zero.
  public static func zeroFraction(_ x: Output, name: String? = nil) throws -> Output {
    let graph = x.graph
    return try graph.withNameScope(name ?? "zero_fraction") { _ in
      let size = try graph.withNameScope("Size") { scope in
        if let count = x.shape.elementCount { return try graph.constant(scalar: Int64(count), name: scope) }
        return try graph.addNode("Size", [x], attributes: ["out_type": .type(.int64)], name: scope).output()
      }
      let nonzero = try graph.withNameScope("count_nonzero") { _ in
        let isNonzero = try graph.op("NotEqual", x, try graph.scalar(0, like: x, name: "zeros"))
        return try graph.reduce("Sum", .tensor(try graph.cast(isNonzero, to: .int64)), name: "nonzero_count")
      }
      let fraction = try graph.withNameScope("counts_to_fraction") { _ in
        let zeros = try graph.cast(try graph.subtract(.tensor(size), .tensor(nonzero)), to: .float32)
        return try graph.divide(.tensor(zeros), .tensor(try graph.cast(size, to: .float32)))
      }
      return try graph.addNode("Identity", [fraction], name: "fraction").output()
    }
  }

  /// Identities of tensors that become available together, after all of them and `controls` have run.
  public static func tuple(_ outputs: [Output?], controls: [Node] = [], name: String? = nil) throws -> [Output?] {
    guard let graph = outputs.lazy.compactMap({ $0 }).first?.graph else {
      throw EngineError.value("`tensors` must have at least one Tensor")
    }
    return try graph.withNameScope(name ?? "tuple") { _ in
      let gate = try graph.group(outputs.compactMap { $0?.node } + controls)
      return try outputs.map { output in
        try output.map {
          try graph.addNode("Identity", [$0], name: "control_dependency", controlInputs: [gate]).output()
        }
      }
    }
  }

  /// `scale * sum(|w|)`.
  public static func l1Regularizer(_ scale: Double) -> Regularizer {
    { variable in
      let graph = variable.graph
      let size = try graph.reduce("Sum", .tensor(try graph.apply("Abs", .variable(variable))))
      return try graph.multiply(.number(scale), .tensor(size))
    }
  }

  /// `scale * sum(w^2)`, as Keras has it, or half of that, as `contrib.layers` has it.
  public static func l2Regularizer(_ scale: Double, halves: Bool = false) -> Regularizer {
    { variable in
      let graph = variable.graph
      let half = try graph.apply("L2Loss", .variable(variable))
      return try graph.multiply(.number(halves ? scale : 2 * scale), .tensor(half))
    }
  }
}
