import EngineCore
import EngineGraph

/// Learning rates that depend on the step: `tf.compat.v1.train.*_decay`.
public enum LearningRateDecay {
  /// A number of the rate's type in a scope of its own, as a conversion makes it. Whole numbers pass through int32.
  static func number(_ graph: Graph, _ value: Operand, _ dtype: DType, isWhole: Bool = false) throws -> Output {
    switch value {
    case .number(let number):
      return try graph.withNameScope("Cast") { scope in
        if isWhole, number == number.rounded(), abs(number) < 2e9 {
          let whole = try graph.constant(scalar: Int32(number), name: "x")
          return try graph.addNode("Cast", [whole], attributes: ["DstT": .type(dtype)], name: scope).output()
        }
        return try graph.constant(Tensor(scalar: number, dtype: dtype), name: "x")
      }
    default:
      guard value.dtype != dtype else { return try graph.tensor(value) }
      return try graph.apply("Cast", value, attributes: ["DstT": .type(dtype)])
    }
  }

  private static func scoped(
    _ graph: Graph, _ name: String?, _ fallback: String, _ rate: Operand,
    _ body: (_ scope: String, _ rate: Output, _ number: (Operand, Bool) throws -> Output) throws -> Output
  ) throws -> Output {
    try graph.withNameScope(name ?? fallback) { scope in
      let rate = try graph.tensor(rate, dtype: .float32, name: "initial_learning_rate")
      return try body(scope, rate) { try number(graph, $0, rate.dtype, isWhole: $1) }
    }
  }

  /// `rate * decayRate ^ (step / decaySteps)`.
  public static func exponential(
    _ graph: Graph, rate: Operand, step: Operand, decaySteps: Operand, decayRate: Operand, isStaircase: Bool = false,
    name: String? = nil
  ) throws -> Output {
    try scoped(graph, name, "ExponentialDecay", rate) { scope, rate, number in
      let steps = try number(decaySteps, true)
      let base = try number(decayRate, false)
      var power = try graph.divide(.tensor(try number(step, false)), .tensor(steps))
      if isStaircase { power = try graph.op("Floor", power) }
      return try graph.apply("Mul", as: scope, .tensor(rate), .tensor(try graph.op("Pow", base, power)))
    }
  }

  /// `rate * exp(-decayRate * step / decaySteps)`.
  public static func naturalExponential(
    _ graph: Graph, rate: Operand, step: Operand, decaySteps: Operand, decayRate: Operand, isStaircase: Bool = false,
    name: String? = nil
  ) throws -> Output {
    let negative = try graph.withNameScope("Neg") { scope in
      let value = try graph.tensor(decayRate, dtype: .float32, name: "x")
      return try graph.addNode("Neg", [value], name: scope).output()
    }
    let base = try graph.op("Exp", negative)
    return try exponential(
      graph, rate: rate, step: step, decaySteps: decaySteps, decayRate: .tensor(base), isStaircase: isStaircase,
      name: name)
  }

  /// `rate / (1 + decayRate * step / decaySteps)`.
  public static func inverseTime(
    _ graph: Graph, rate: Operand, step: Operand, decaySteps: Operand, decayRate: Operand, isStaircase: Bool = false,
    name: String? = nil
  ) throws -> Output {
    try scoped(graph, name, "InverseTimeDecay", rate) { scope, rate, number in
      let steps = try number(decaySteps, true)
      let factor = try number(decayRate, false)
      var power = try graph.divide(.tensor(try number(step, false)), .tensor(steps))
      if isStaircase { power = try graph.op("Floor", power) }
      let one = try graph.cast(try graph.constant(scalar: Int32(1)), to: rate.dtype)
      let denominator = try graph.apply(
        "AddV2", as: "Add", .tensor(one), .tensor(try graph.op("Mul", factor, power)))
      return try graph.apply("RealDiv", as: scope, .tensor(rate), .tensor(denominator))
    }
  }

  /// `(rate - end)(1 - step / decaySteps) ^ power + end`; with cycles the steps grow to a multiple.
  public static func polynomial(
    _ graph: Graph, rate: Operand, step: Operand, decaySteps: Operand, end: Operand = 0.0001, power: Operand = 1.0,
    cycles: Bool = false, name: String? = nil
  ) throws -> Output {
    try scoped(graph, name, "PolynomialDecay", rate) { scope, rate, number in
      let end = try number(end, false)
      let power = try number(power, false)
      var now = try number(step, false)
      var steps = try number(decaySteps, true)
      if cycles {
        let isStart = try graph.apply("Equal", .tensor(now), 0)
        let ratio = try graph.divide(.tensor(now), decaySteps)
        let ceiling = try graph.op("Ceil", ratio)
        let multiple = try graph.withNameScope("SelectV2") { select in
          let one = try graph.scalar(1, like: rate, name: "t")
          return try graph.addNode("SelectV2", [isStart, one, ceiling], name: select).output()
        }
        steps = try graph.op("Mul", steps, multiple)
      } else {
        now = try graph.op("Minimum", now, steps)
      }
      let part = try graph.divide(.tensor(now), .tensor(steps))
      let range = try graph.subtract(.tensor(rate), .tensor(end))
      let curve = try graph.op("Pow", try graph.subtract(1, .tensor(part)), power)
      return try graph.apply("AddV2", as: scope, .tensor(try graph.op("Mul", range, curve)), .tensor(end))
    }
  }

  /// `values[i]` for steps up to `boundaries[i]`, the last one after that.
  /// **Errors**: `ValueError` unless there is one value more than boundaries.
  public static func piecewiseConstant(
    _ graph: Graph, step: Operand, boundaries: [Operand], values: [Operand], name: String? = nil
  ) throws -> Output {
    guard boundaries.count == values.count - 1, !boundaries.isEmpty else {
      throw EngineError.value("The length of boundaries should be 1 less than the length of values")
    }
    let step = try graph.tensor(step)
    let limits = try boundaries.map { boundary -> Output in
      if case .number(let number) = boundary {
        // Whole limits become int32 first, others float32; only int32 widens to int64.
        let isWhole = number == number.rounded() && step.dtype.isInteger
        let value = try graph.constant(Tensor(scalar: number, dtype: isWhole ? .int32 : .float32))
        if value.dtype == step.dtype { return value }
        guard value.dtype == .int32, step.dtype == .int64 else { throw mismatch(value, step) }
        return try graph.cast(value, to: .int64)
      }
      let value = try graph.tensor(boundary)
      if value.dtype == step.dtype { return value }
      guard value.dtype == .int32, step.dtype == .int64 else { throw mismatch(value, step) }
      return try graph.cast(value, to: .int64)
    }
    let choices = try values.map { try graph.tensor($0) }
    for choice in choices.dropFirst() where choice.dtype != choices[0].dtype {
      throw EngineError.value(
        "Values must have elements all with the same dtype (\(choices[0].dtype) vs \(choice.dtype)).")
    }
    return try graph.withNameScope(name ?? "PiecewiseConstant") { scope in
      guard var result = choices.last else { throw EngineError.value("values must not be empty") }
      for (limit, choice) in zip(limits, choices).reversed() {
        let isBefore = try graph.op("LessEqual", step, limit)
        result = try graph.addNode("SelectV2", [isBefore, choice, result]).output()
      }
      return try graph.addNode("Identity", [result], name: scope).output()
    }
  }

  private static func mismatch(_ boundary: Output, _ step: Output) -> EngineError {
    EngineError.value("Boundaries (\(boundary.dtype)) must have the same dtype as x (\(step.dtype)).")
  }
}
