import EngineCore
import EngineGraph

/// Limits values and norms.
public enum Clipping {
  /// `max(min(x, maximum), minimum)`.
  public static func byValue(_ x: Output, minimum: Operand, maximum: Operand, name: String? = nil) throws -> Output {
    let graph = x.graph
    return try graph.withNameScope(name ?? "clip_by_value") { scope in
      let upper = try graph.apply("Minimum", .tensor(x), maximum)
      let lower = try graph.tensor(minimum, dtype: x.dtype, name: "y")
      let result = try graph.addNode("Maximum", [upper, lower], name: scope).output()
      try result.setShape(x.shape)
      return result
    }
  }

  /// Scales down to a norm of at most `norm`, over some axes or all.
  public static func byNorm(_ x: Output, _ norm: Operand, axes: [Int]? = nil, name: String? = nil) throws -> Output {
    let graph = x.graph
    return try graph.withNameScope(name ?? "clip_by_norm") { scope in
      let sum = try graph.reduce(
        "Sum", .tensor(try graph.multiply(.tensor(x), .tensor(x))), axes: axes, keepDimensions: true)
      // The root of zero has no gradient; it is taken of one instead.
      let isPositive = try graph.apply("Greater", .tensor(sum), 0)
      let safe = try graph.select(isPositive, sum, try graph.onesLike(sum))
      let length = try graph.select(isPositive, try graph.op("Sqrt", safe), sum)
      let scaled = try graph.multiply(.tensor(x), norm)
      let divisor = try graph.apply("Maximum", .tensor(length), norm)
      let result = try graph.divide(.tensor(scaled), .tensor(divisor))
      return try graph.addNode("Identity", [result], name: scope).output()
    }
  }

  /// Scales down to an average norm of at most `norm`.
  public static func byAverageNorm(_ x: Output, _ norm: Operand, name: String? = nil) throws -> Output {
    let graph = x.graph
    return try graph.withNameScope(name ?? "clip_by_average_norm") { scope in
      let count = try graph.cast(try graph.size(x), to: .float32)
      let square = try graph.multiply(.tensor(x), .tensor(x))
      let axes = try graph.range(try graph.rank(x))
      let sum = try graph.apply("Sum", .tensor(square), .tensor(axes))
      try sum.setShape(.scalar)
      let inverse = try graph.op("Rsqrt", sum)
      let scaled = try graph.multiply(.tensor(x), norm)
      let own = try graph.multiply(.tensor(inverse), .tensor(count))
      let one = try graph.constant(scalar: Float(1))
      let wanted = try graph.divide(.tensor(one), norm)
      let factor = try graph.apply("Minimum", .tensor(own), .tensor(wanted))
      let result = try graph.multiply(.tensor(scaled), .tensor(factor))
      return try graph.addNode("Identity", [result], name: scope).output()
    }
  }

  /// The norm of all gradients together; absent ones are skipped.
  /// **Errors**: `ValueError` when there are none.
  public static func globalNorm(_ gradients: [Gradient?], name: String? = nil) throws -> Output {
    let values = gradients.compactMap { $0 }.map { gradient -> Output in
      switch gradient {
      case .dense(let output): output
      case .slices(let slices): slices.values
      }
    }
    guard let graph = values.first?.graph else { throw EngineError.value("global_norm needs at least one tensor") }
    return try graph.withNameScope(name ?? "global_norm") { _ in
      let halves = try values.map { try graph.op("L2Loss", $0) }
      let sum = try graph.reduce("Sum", .tensor(try graph.pack(halves.map { .tensor($0) })))
      let two = try graph.scalar(2, like: sum)
      return try graph.addNode(
        "Sqrt", [try graph.multiply(.tensor(sum), .tensor(two))], name: "global_norm"
      ).output()
    }
  }

  /// Scales all gradients down so that their common norm is at most `norm`.
  ///
  /// **Numerics**: a norm that is not finite turns all of them into NaN.
  public static func byGlobalNorm(
    _ gradients: [Gradient?], _ norm: Operand, using known: Output? = nil, name: String? = nil
  ) throws -> (gradients: [Gradient?], norm: Output) {
    let total = try known ?? globalNorm(gradients)
    let graph = total.graph
    let result: [Gradient?] = try graph.withNameScope(name ?? "clip_by_global_norm") { scope in
      let own = try graph.divide(1, .tensor(total))
      let one = try graph.scalar(1, like: total)
      let wanted = try graph.divide(.tensor(one), norm)
      let least = try graph.apply("Minimum", .tensor(own), .tensor(wanted))
      let scale = try graph.multiply(norm, .tensor(least))
      // Infinite minus infinite is NaN, finite minus itself zero.
      let check = try graph.subtract(.tensor(total), .tensor(total))
      let factor = try graph.add(.tensor(scale), .tensor(check))
      let inner = scope.dropLast().split(separator: "/").last.map(String.init) ?? "clip_by_global_norm"
      return try gradients.enumerated().map { index, gradient -> Gradient? in
        guard let gradient else { return nil }
        let values: Output
        switch gradient {
        case .dense(let output): values = output
        case .slices(let slices): values = slices.values
        }
        let scaled = try graph.multiply(.tensor(values), .tensor(try graph.cast(factor, to: values.dtype)))
        let named = try graph.withNameScope("\(inner)/_\(index)") {
          try graph.addNode("Identity", [scaled], name: $0).output()
        }
        switch gradient {
        case .dense: return .dense(named)
        case .slices(let slices):
          return .slices(IndexedSlices(values: named, indices: slices.indices, denseShape: slices.denseShape))
        }
      }
    }
    return (result, total)
  }
}
