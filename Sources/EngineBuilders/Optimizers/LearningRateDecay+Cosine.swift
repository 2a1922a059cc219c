import EngineCore
import EngineGraph

extension LearningRateDecay {
  /// `1 + cos(pi * x)`.
  private static func raisedCosine(_ graph: Graph, _ x: Output) throws -> Output {
    let pi = try graph.scalar(Double.pi, like: x)
    let cosine = try graph.op("Cos", try graph.multiply(.tensor(pi), .tensor(x)))
    return try graph.add(1, .tensor(cosine))
  }

  /// `rate * ((1 - alpha) (1 + cos(pi step / decaySteps)) / 2 + alpha)`.
  public static func cosine(
    _ graph: Graph, rate: Operand, step: Operand, decaySteps: Operand, alpha: Double = 0, name: String? = nil
  ) throws -> Output {
    try graph.withNameScope(name ?? "CosineDecay") { _ in
      let rate = try graph.tensor(rate, dtype: .float32, name: "initial_learning_rate")
      let steps = try number(graph, decaySteps, rate.dtype, isWhole: true)
      let now = try graph.op("Minimum", try number(graph, step, rate.dtype), steps)
      let part = try graph.divide(.tensor(now), .tensor(steps))
      let curve = try graph.multiply(0.5, .tensor(try raisedCosine(graph, part)))
      let scaled = try graph.multiply(.number(1 - alpha), .tensor(curve))
      return try graph.apply("Mul", .tensor(rate), .tensor(try graph.add(.tensor(scaled), .number(alpha))))
    }
  }

  /// Cosine decay that starts again: period k has length `firstDecaySteps * lengthFactor^k` and height `heightFactor^k`.
  public static func cosineRestarts(
    _ graph: Graph, rate: Operand, step: Operand, firstDecaySteps: Operand, lengthFactor: Double = 2,
    heightFactor: Double = 1, alpha: Double = 0, name: String? = nil
  ) throws -> Output {
    try graph.withNameScope(name ?? "SGDRDecay") { scope in
      let rate = try graph.tensor(rate, dtype: .float32, name: "initial_learning_rate")
      let steps = try number(graph, firstDecaySteps, rate.dtype, isWhole: true)
      let alpha = try number(graph, .number(alpha), rate.dtype)
      let length = try number(graph, .number(lengthFactor), rate.dtype)
      let height = try number(graph, .number(heightFactor), rate.dtype)
      let part = try graph.divide(.tensor(try number(graph, step, rate.dtype)), .tensor(steps))
      let (restarts, rest) = try graph.withNameScope("cond") { _ in
        if lengthFactor == 1 {
          let whole = try graph.op("Floor", part)
          return (whole, try graph.subtract(.tensor(part), .tensor(whole)))
        }
        let remaining = try graph.subtract(1, .tensor(length))
        let argument = try graph.subtract(1, .tensor(try graph.multiply(.tensor(part), .tensor(remaining))))
        let quotient = try graph.divide(
          .tensor(try graph.op("Log", argument)), .tensor(try graph.op("Log", length)))
        let whole = try graph.op("Floor", quotient)
        let power = try graph.op("Pow", length, whole)
        let sum = try graph.divide(.tensor(try graph.subtract(1, .tensor(power))), .tensor(remaining))
        return (
          whole, try graph.divide(.tensor(try graph.subtract(.tensor(part), .tensor(sum))), .tensor(power))
        )
      }
      let factor = try graph.apply("Pow", as: "pow", .tensor(height), .tensor(restarts))
      let half = try graph.multiply(0.5, .tensor(factor))
      let curve = try graph.multiply(.tensor(half), .tensor(try raisedCosine(graph, rest)))
      let scaled = try graph.multiply(.tensor(try graph.subtract(1, .tensor(alpha))), .tensor(curve))
      return try graph.apply(
        "Mul", as: scope, .tensor(rate), .tensor(try graph.add(.tensor(scaled), .tensor(alpha))))
    }
  }

  /// Cosine times a linear decay, optionally with noise that becomes less.
  ///
  /// - Parameter noise: the variance at the start, and the power of the step that divides it.
  public static func linearCosine(
    _ graph: Graph, rate: Operand, step: Operand, decaySteps: Operand, periods: Double = 0.5, alpha: Double = 0,
    beta: Double = 0.001, noise: (variance: Double, decay: Double)? = nil, seed: Int? = nil, name: String? = nil
  ) throws -> Output {
    try graph.withNameScope(name ?? (noise == nil ? "LinearCosineDecay" : "NoisyLinearCosineDecay")) { scope in
      let rate = try graph.tensor(rate, dtype: .float32, name: "initial_learning_rate")
      let steps = try number(graph, decaySteps, rate.dtype, isWhole: true)
      let spread = try noise.map {
        (
          variance: try number(graph, .number($0.variance), rate.dtype),
          decay: try number(graph, .number($0.decay), rate.dtype)
        )
      }
      let periods = try number(graph, .number(periods), rate.dtype)
      let alpha = try number(graph, .number(alpha), rate.dtype)
      let beta = try number(graph, .number(beta), rate.dtype)
      let now = try graph.op("Minimum", try number(graph, step, rate.dtype), steps)
      var linear = try graph.divide(
        .tensor(try graph.subtract(.tensor(steps), .tensor(now))), .tensor(steps))
      if let spread {
        let shrink = try graph.op("Pow", try graph.add(1, .tensor(now)), spread.decay)
        let variance = try graph.divide(.tensor(spread.variance), .tensor(shrink))
        let deviation = try graph.op("Sqrt", variance)
        let disturbance = try graph.randomNormal(
          shape: .integers([]), 0, .tensor(deviation), dtype: rate.dtype, seed: seed)
        linear = try graph.add(.tensor(linear), .tensor(disturbance))
      }
      let part = try graph.divide(.tensor(now), .tensor(steps))
      let turns = try graph.multiply(.tensor(try graph.multiply(2, .tensor(periods))), .tensor(part))
      let curve = try graph.multiply(0.5, .tensor(try raisedCosine(graph, turns)))
      let decayed = try graph.multiply(.tensor(try graph.add(.tensor(alpha), .tensor(linear))), .tensor(curve))
      return try graph.apply(
        "Mul", as: scope, .tensor(rate), .tensor(try graph.add(.tensor(decayed), .tensor(beta))))
    }
  }
}
