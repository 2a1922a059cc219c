import EngineCore
import EngineGraph

/// Steps by the ratio of running means of the gradient and of its square's root.
///
/// `lr_t = lr sqrt(1 - b2^t) / (1 - b1^t); m += (g - m)(1 - b1); v += (g^2 - v)(1 - b2); w -= lr_t m / (sqrt(v) + e)`.
/// Sparse gradients let all rows of m and v decay. **Source**: Kingma and Ba 2014.
public final class AdamOptimizer: Optimizer {
  private let rate: Hyperparameter
  private let beta1: Hyperparameter
  private let beta2: Hyperparameter
  private let epsilon: Hyperparameter
  private var tensors: (rate: Output, beta1: Output, beta2: Output, epsilon: Output)?

  public init(
    _ rate: Hyperparameter = 0.001, beta1: Hyperparameter = 0.9, beta2: Hyperparameter = 0.999,
    epsilon: Hyperparameter = 1e-8, name: String = "Adam"
  ) throws {
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    try super.init(name: name)
  }

  public override func createSlots(_ variables: [Variable]) throws {
    // The powers belong to the first variable by name, whatever the order of the gradients.
    guard let first = variables.min(by: { $0.name < $1.name }) else { return }
    _ = try makeNonSlot("beta1_power", initialValue: beta1, dtype: .float32, in: first.graph)
    _ = try makeNonSlot("beta2_power", initialValue: beta2, dtype: .float32, in: first.graph)
    for variable in variables {
      try zerosSlot("m", of: variable)
      try zerosSlot("v", of: variable)
    }
  }

  public override func prepare(_ graph: Graph) throws {
    tensors = (
      try constant(rate, graph, name: "learning_rate"), try constant(beta1, graph, name: "beta1"),
      try constant(beta2, graph, name: "beta2"), try constant(epsilon, graph, name: "epsilon")
    )
  }

  private func power(_ name: String, _ graph: Graph) throws -> Variable {
    guard let variable = nonSlot(name, in: graph) else { throw EngineError.internal("Adam has no \(name)") }
    return variable
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    let graph = gradient.graph
    let m = try requiredSlot("m", of: variable)
    let v = try requiredSlot("v", of: variable)
    func powerOperand(_ name: String) throws -> Operand {
      let power = try power(name, graph.outermost)
      if variable.dtype == .float32 { return .variable(power) }
      return .tensor(try graph.cast(try power.value(), to: variable.dtype))
    }
    let operands: [Operand] = [
      .tensor(variable.handle), .tensor(m.handle), .tensor(v.handle), try powerOperand("beta1_power"),
      try powerOperand("beta2_power"), .tensor(try cast(tensors?.rate, variable)),
      .tensor(try cast(tensors?.beta1, variable)), .tensor(try cast(tensors?.beta2, variable)),
      .tensor(try cast(tensors?.epsilon, variable)), .tensor(gradient),
    ]
    return try graph.applyNode("ResourceApplyAdam", list: operands)
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    let graph = gradient.graph
    func read(_ name: String) throws -> Output {
      try graph.cast(try power(name, graph.outermost).value(), to: variable.dtype)
    }
    let rate = try cast(tensors?.rate, variable)
    let beta1 = try cast(tensors?.beta1, variable)
    let beta2 = try cast(tensors?.beta2, variable)
    let epsilon = try cast(tensors?.epsilon, variable)
    let root = try graph.op("Sqrt", try graph.subtract(1, .tensor(try read("beta2_power"))))
    let scaled = try graph.multiply(.tensor(rate), .tensor(root))
    let correction = try graph.subtract(1, .tensor(try read("beta1_power")))
    let step = try graph.divide(.tensor(scaled), .tensor(correction))
    func decayed(_ slot: Variable, _ beta: Output, _ addition: Output) throws -> VariableUpdate {
      let update = try slot.assign(
        .tensor(try graph.multiply(.tensor(try slot.value()), .tensor(beta))))
      return try graph.withControlDependencies([update.node]) {
        try slot.scatter(.add, indices: indices, updates: addition)
      }
    }
    let m = try requiredSlot("m", of: variable)
    let v = try requiredSlot("v", of: variable)
    let mAddition = try graph.multiply(.tensor(gradient), .tensor(try graph.subtract(1, .tensor(beta1))))
    let mUpdate = try decayed(m, beta1, mAddition)
    let square = try graph.multiply(.tensor(gradient), .tensor(gradient))
    let vAddition = try graph.multiply(.tensor(square), .tensor(try graph.subtract(1, .tensor(beta2))))
    let vUpdate = try decayed(v, beta2, vAddition)
    let vRoot = try graph.op("Sqrt", vUpdate.read)
    let numerator = try graph.multiply(.tensor(step), .tensor(mUpdate.read))
    let denominator = try graph.add(.tensor(vRoot), .tensor(epsilon))
    let update = try variable.assignSubtract(
      .tensor(try graph.divide(.tensor(numerator), .tensor(denominator))))
    return try graph.group([update.node, mUpdate.read.node, vUpdate.read.node])
  }

  public override func finish(_ updates: [Node], name: String) throws -> Node {
    guard let graph = updates.first?.graph else { throw EngineError.value("No variables provided.") }
    let powers = try graph.withControlDependencies(updates) {
      try [("beta1_power", tensors?.beta1), ("beta2_power", tensors?.beta2)].map { key, beta in
        let power = try self.power(key, graph.outermost)
        let product = try graph.multiply(.tensor(try power.value()), .tensor(try cast(beta, power)))
        return try power.assign(.tensor(product)).node
      }
    }
    return try graph.group(updates + powers, name: name)
  }
}
