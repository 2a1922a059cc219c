import EngineCore
import EngineGraph

private let regularizationNames = ["learning_rate", "l1_regularization_strength", "l2_regularization_strength"]

/// Gradient descent that shrinks weights towards zero: `p = w - rate g; w = sign(p) max(|p| - rate l1, 0) / (1 + rate l2)`.
public final class ProximalGradientDescentOptimizer: TableOptimizer {
  public init(
    _ rate: Hyperparameter, l1: Double = 0, l2: Double = 0, name: String = "ProximalGradientDescent"
  ) throws {
    try super.init(
      name: name, slots: [],
      scalars: [
        ("learning_rate", rate), ("l1_regularization_strength", .number(l1)),
        ("l2_regularization_strength", .number(l2)),
      ])
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node(
      "ResourceApplyProximalGradientDescent", variable,
      try regularizationNames.map { try scalar($0, variable) } + [gradient])
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node(
      "ResourceSparseApplyProximalGradientDescent", variable,
      try regularizationNames.map { try scalar($0, variable) } + [gradient, indices])
  }
}

/// ``ProximalGradientDescentOptimizer`` with Adagrad's step sizes.
public final class ProximalAdagradOptimizer: TableOptimizer {
  /// **Errors**: `ValueError` for an initial accumulator that is not positive.
  public init(
    _ rate: Hyperparameter, initialAccumulator: Double = 0.1, l1: Double = 0, l2: Double = 0,
    name: String = "ProximalAdagrad"
  ) throws {
    guard initialAccumulator > 0 else {
      throw EngineError.value("initial_accumulator_value must be positive: \(initialAccumulator)")
    }
    try super.init(
      name: name,
      slots: [
        SlotPlan(
          name: "accumulator", initializer: ConstantInitializer(initialAccumulator), startsFromTensor: true)
      ],
      scalars: [
        ("learning_rate", rate), ("l1_regularization_strength", .number(l1)),
        ("l2_regularization_strength", .number(l2)),
      ])
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node(
      "ResourceApplyProximalAdagrad", variable, try regularizationNames.map { try scalar($0, variable) } + [gradient])
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node(
      "ResourceSparseApplyProximalAdagrad", variable,
      try regularizationNames.map { try scalar($0, variable) } + [gradient, indices])
  }
}

/// Adagrad by dual averaging: keeps the sums of gradients and their squares and computes the weights from those.
/// **Source**: Duchi et al. 2011.
public final class AdagradDAOptimizer: TableOptimizer {
  private let globalStep: Operand
  private let l1: Double
  private let l2: Double

  /// **Errors**: `ValueError` for an initial accumulator that is not positive.
  public init(
    _ rate: Hyperparameter, globalStep: Operand, initialAccumulator: Double = 0.1, l1: Double = 0, l2: Double = 0,
    name: String = "AdagradDA"
  ) throws {
    guard initialAccumulator > 0 else {
      throw EngineError.value("initial_gradient_squared_accumulator_value must be positive: \(initialAccumulator)")
    }
    self.globalStep = globalStep
    self.l1 = l1
    self.l2 = l2
    try super.init(
      name: name,
      slots: [
        SlotPlan(name: "gradient_accumulator", initializer: ConstantInitializer(0), startsFromTensor: true),
        SlotPlan(
          name: "gradient_squared_accumulator", initializer: ConstantInitializer(initialAccumulator),
          startsFromTensor: true),
      ], scalars: [("learning_rate", rate)])
  }

  public override func prepare(_ graph: Graph) throws {
    try super.prepare(graph)
    set("step", try graph.add(.tensor(try graph.apply("Identity", globalStep)), 1))
  }

  private func inputs(_ variable: Variable) throws -> [Output] {
    let graph = try prepared("step").graph
    let step = try graph.addNode("Identity", [try prepared("step")]).output()
    let strengths = try [l1, l2].map { value in
      try graph.withNameScope("Cast") { _ in
        try graph.constant(Tensor(scalar: value, dtype: variable.dtype), name: "x")
      }
    }
    return [try scalar("learning_rate", variable)] + strengths + [step]
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node("ResourceApplyAdagradDA", variable, [gradient] + (try inputs(variable)))
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node("ResourceSparseApplyAdagradDA", variable, [gradient, indices] + (try inputs(variable)))
  }
}

/// Follows the regularized leader. **Source**: McMahan et al. 2013; the shrinkage type of l2 from its later version.
public final class FtrlOptimizer: TableOptimizer {
  public struct Configuration {
    public var learningRatePower = -0.5
    public var initialAccumulator = 0.1
    public var l1 = 0.0
    public var l2 = 0.0
    public var l2Shrinkage = 0.0
    public var beta = 0.0
    public var accumulatorName: String?
    public var linearName: String?
    public init() {}
  }

  private let rate: Hyperparameter
  private let configuration: Configuration

  /// **Errors**: `ValueError` for strengths that are negative or a rate's power that is positive.
  public init(_ rate: Hyperparameter, _ configuration: Configuration = .init(), name: String = "Ftrl") throws {
    func check(_ value: Double, _ name: String) throws {
      if value < 0 { throw EngineError.value("\(name) \(value) needs to be positive or zero") }
    }
    try check(configuration.initialAccumulator, "initial_accumulator_value")
    if configuration.learningRatePower > 0 {
      throw EngineError.value(
        "learning_rate_power \(configuration.learningRatePower) needs to be negative or zero")
    }
    try check(configuration.l1, "l1_regularization_strength")
    try check(configuration.l2, "l2_regularization_strength")
    try check(configuration.l2Shrinkage, "l2_shrinkage_regularization_strength")
    self.rate = rate
    self.configuration = configuration
    let start = configuration.initialAccumulator
    let accumulator = ClosureInitializer { graph, shape, dtype in
      try graph.multiply(.tensor(try graph.filled(1, shape: shape, dtype: dtype, name: "ones")), .number(start))
    }
    try super.init(
      name: name,
      slots: [
        SlotPlan(name: "accum", initializer: accumulator, opName: configuration.accumulatorName),
        SlotPlan(name: "linear", initializer: Zeros(), opName: configuration.linearName),
      ], scalars: [])
  }

  public override func prepare(_ graph: Graph) throws {
    try prepare("learning_rate", rate, graph)
    try prepare("l1_regularization_strength", .number(configuration.l1), graph)
    // Beta acts as an l2 strength of beta / (2 rate).
    let bounded = try graph.apply("Maximum", try rate.operand(), .number(1e-36))
    let doubled = try graph.multiply(2, .tensor(bounded))
    let extra = try graph.divide(.number(configuration.beta), .tensor(doubled))
    set("l2_regularization_strength", try graph.add(.number(configuration.l2), .tensor(extra)))
    try prepare("beta", .number(configuration.beta), graph)
    try prepare("l2_shrinkage_regularization_strength", .number(configuration.l2Shrinkage), graph)
    try prepare("learning_rate_power", .number(configuration.learningRatePower), graph)
  }

  private func inputs(_ variable: Variable) throws -> [Output] {
    var names = regularizationNames
    if configuration.l2Shrinkage > 0 { names.append("l2_shrinkage_regularization_strength") }
    return try (names + ["learning_rate_power"]).map { try scalar($0, variable) }
  }

  private var suffix: String { configuration.l2Shrinkage > 0 ? "V2" : "" }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node("ResourceApplyFtrl\(suffix)", variable, [gradient] + (try inputs(variable)))
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node("ResourceSparseApplyFtrl\(suffix)", variable, [gradient, indices] + (try inputs(variable)))
  }
}
