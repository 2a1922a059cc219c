import EngineCore
import EngineGraph

extension Optimizer {
  /// An update op on a variable and its slots; scalars are brought to the variable's type.
  func updateNode(
    _ op: String, _ handles: [Variable], _ inputs: [Output], attributes: [String: AttributeValue] = [:]
  ) throws -> Node {
    guard let home = handles.first?.graph else { throw EngineError.internal("\(op) without a variable") }
    let graph = inputs.first { $0.graph.isInside(home) }?.graph ?? home
    return try graph.addNode(op, handles.map(\.handle) + inputs, attributes: attributes)
  }

  /// `value` in the type of the variable.
  func cast(_ value: Output?, _ variable: Variable) throws -> Output {
    guard let value else { throw EngineError.internal("\(name) was not prepared") }
    return try value.graph.cast(value, to: variable.dtype)
  }
}

/// `w -= rate * g`.
public final class GradientDescentOptimizer: Optimizer {
  private let rate: Hyperparameter
  private var rateTensor: Output?

  public init(_ rate: Hyperparameter, name: String = "GradientDescent") throws {
    self.rate = rate
    try super.init(name: name)
  }

  public override func prepare(_ graph: Graph) throws {
    rateTensor = try constant(rate, graph, name: "learning_rate")
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try updateNode("ResourceApplyGradientDescent", [variable], [try cast(rateTensor, variable), gradient])
  }

  public override func applySparseDuplicates(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node
  {
    let graph = gradient.graph
    let step = try graph.multiply(
      .tensor(try graph.op("Neg", gradient)), .tensor(try cast(rateTensor, variable)))
    return try graph.addNode(
      "ResourceScatterAdd", [variable.handle, indices, step], attributes: ["dtype": .type(variable.dtype)])
  }
}

/// Scales each step by the root of the sum of squared gradients.
///
/// `a += g^2; w -= rate * g / sqrt(a)`. **Source**: Duchi et al. 2011.
public final class AdagradOptimizer: Optimizer {
  private let rate: Hyperparameter
  private let initialAccumulator: Double
  private var rateTensor: Output?

  /// **Errors**: `ValueError` for an initial accumulator that is not positive.
  public init(_ rate: Hyperparameter, initialAccumulator: Double = 0.1, name: String = "Adagrad") throws {
    guard initialAccumulator > 0 else {
      throw EngineError.value("initial_accumulator_value must be positive: \(initialAccumulator)")
    }
    self.rate = rate
    self.initialAccumulator = initialAccumulator
    try super.init(name: name)
  }

  public override func createSlots(_ variables: [Variable]) throws {
    for variable in variables {
      try makeSlot("accumulator", of: variable, .initializer(ConstantInitializer(initialAccumulator)))
    }
  }

  public override func prepare(_ graph: Graph) throws {
    rateTensor = try constant(rate, graph, name: "learning_rate")
  }

  public override func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    try updateNode(
      "ResourceApplyAdagrad", [variable, try requiredSlot("accumulator", of: variable)],
      [try cast(rateTensor, variable), gradient])
  }

  public override func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    try updateNode(
      "ResourceSparseApplyAdagrad", [variable, try requiredSlot("accumulator", of: variable)],
      [try cast(rateTensor, variable), gradient, indices])
  }
}
