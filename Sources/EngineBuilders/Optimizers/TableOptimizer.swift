import EngineCore
import EngineGraph

/// An optimizer whose update is one op on the variable and its slots.
open class TableOptimizer: Optimizer {
  /// A slot: its key, how it starts, and whether the start is a tensor made beforehand.
  struct SlotPlan {
    let name: String
    let initializer: any VariableInitializer
    var startsFromTensor = false
    var opName: String?
  }

  private let plans: [SlotPlan]
  private let scalars: [(name: String, value: Hyperparameter)]
  private var tensors: [String: Output] = [:]
  /// The order of the slots among the op's inputs.
  private let slotOrder: [String]

  init(
    name: String, slots: [SlotPlan], slotOrder: [String]? = nil, scalars: [(String, Hyperparameter)]
  ) throws {
    plans = slots
    self.slotOrder = slotOrder ?? slots.map(\.name)
    self.scalars = scalars.map { (name: $0.0, value: $0.1) }
    try super.init(name: name)
  }

  public override func createSlots(_ variables: [Variable]) throws {
    for variable in variables {
      // Tensors first, then slots, as TensorFlow makes them.
      let starts = try plans.map { plan -> Slots.Value in
        guard plan.startsFromTensor, let shape = variable.shape.known, slot(plan.name, of: variable) == nil else {
          return .initializer(plan.initializer)
        }
        return .output(try plan.initializer(variable.graph, shape: shape, dtype: variable.dtype))
      }
      for (plan, start) in zip(plans, starts) {
        try makeSlot(plan.name, of: variable, start, opName: plan.opName)
      }
    }
  }

  public override func prepare(_ graph: Graph) throws {
    tensors = [:]
    for (name, value) in scalars { try prepare(name, value, graph) }
  }

  /// Makes one scalar's tensor.
  func prepare(_ name: String, _ value: Hyperparameter, _ graph: Graph) throws {
    tensors[name] = try constant(value, graph, name: name)
  }

  func set(_ name: String, _ tensor: Output) { tensors[name] = tensor }
  func prepared(_ name: String) throws -> Output {
    guard let tensor = tensors[name] else { throw EngineError.internal("\(self.name) has no '\(name)'") }
    return tensor
  }

  func scalar(_ name: String, _ variable: Variable) throws -> Output { try cast(tensors[name], variable) }

  func node(_ op: String, _ variable: Variable, _ inputs: [Output], attributes: [String: AttributeValue] = [:]) throws
    -> Node
  {
    try updateNode(
      op, [variable] + (try slotOrder.map { try requiredSlot($0, of: variable) }), inputs, attributes: attributes)
  }
}

/// `a = momentum a + g; w -= rate a`; with Nesterov's form `w -= rate g + rate momentum a`.
public final class MomentumOptimizer: TableOptimizer {
  private let attributes: [String: AttributeValue]

  public init(
    _ rate: Hyperparameter, momentum: Hyperparameter, usesNesterov: Bool = false, name: String = "Momentum"
  ) throws {
    attributes = ["use_nesterov": .bool(usesNesterov)]
    try super.init(
      name: name, slots: [SlotPlan(name: "momentum", initializer: Zeros())],
      scalars: [("learning_rate", rate), ("momentum", momentum)])
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node(
      "ResourceApplyMomentum", variable,
      [try scalar("learning_rate", variable), gradient, try scalar("momentum", variable)], attributes: attributes)
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node(
      "ResourceSparseApplyMomentum", variable,
      [try scalar("learning_rate", variable), gradient, indices, try scalar("momentum", variable)],
      attributes: attributes)
  }
}

/// Divides by a running root mean square of the gradient.
///
/// `r += (g^2 - r)(1 - decay); m = momentum m + rate g / sqrt(r + epsilon); w -= m`; centered: `sqrt(r - mean^2 + e)`.
/// The mean square starts at one. **Source**: Hinton's lecture 6e.
public final class RMSPropOptimizer: TableOptimizer {
  private let isCentered: Bool

  public init(
    _ rate: Hyperparameter, decay: Hyperparameter = 0.9, momentum: Hyperparameter = 0, epsilon: Hyperparameter = 1e-10,
    isCentered: Bool = false, name: String = "RMSProp"
  ) throws {
    self.isCentered = isCentered
    let rms = SlotPlan(name: "rms", initializer: Ones())
    let mean = SlotPlan(name: "mg", initializer: Zeros())
    let step = SlotPlan(name: "momentum", initializer: Zeros())
    try super.init(
      name: name, slots: isCentered ? [rms, mean, step] : [rms, step],
      slotOrder: isCentered ? ["mg", "rms", "momentum"] : nil,
      scalars: [("learning_rate", rate), ("decay", decay), ("momentum", momentum), ("epsilon", epsilon)])
  }

  private func inputs(_ variable: Variable) throws -> [Output] {
    try ["learning_rate", "decay", "momentum", "epsilon"].map { try scalar($0, variable) }
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node(
      isCentered ? "ResourceApplyCenteredRMSProp" : "ResourceApplyRMSProp", variable, try inputs(variable) + [gradient])
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node(
      isCentered ? "ResourceSparseApplyCenteredRMSProp" : "ResourceSparseApplyRMSProp", variable,
      try inputs(variable) + [gradient, indices])
  }
}

/// Steps by the ratio of running root mean squares of updates and gradients. **Source**: Zeiler 2012.
public final class AdadeltaOptimizer: TableOptimizer {
  public init(
    _ rate: Hyperparameter = 0.001, rho: Hyperparameter = 0.95, epsilon: Hyperparameter = 1e-8,
    name: String = "Adadelta"
  ) throws {
    try super.init(
      name: name,
      slots: [
        SlotPlan(name: "accum", initializer: Zeros()), SlotPlan(name: "accum_update", initializer: Zeros()),
      ], scalars: [("lr", rate), ("rho", rho), ("epsilon", epsilon)])
  }

  private func inputs(_ variable: Variable) throws -> [Output] {
    try ["lr", "rho", "epsilon"].map { try scalar($0, variable) }
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try node("ResourceApplyAdadelta", variable, try inputs(variable) + [gradient])
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try node("ResourceSparseApplyAdadelta", variable, try inputs(variable) + [gradient, indices])
  }
}
