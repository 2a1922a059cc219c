import EngineCore
import EngineGraph

/// A hyperparameter: a number, a tensor, or something that gives one when the update is built.
public enum Hyperparameter {
  case number(Double)
  case tensor(Output)
  case variable(Variable)
  case closure(() throws -> Operand)

  /// As an operand, calling a closure.
  func operand() throws -> Operand {
    switch self {
    case .number(let value): .number(value)
    case .tensor(let output): .tensor(output)
    case .variable(let variable): .variable(variable)
    case .closure(let body): try body()
    }
  }
}

extension Hyperparameter: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

/// A gradient with the variable it belongs to; `nil` where nothing flows.
public typealias GradientAndVariable = (gradient: Gradient?, variable: Variable)

/// The common part of gradient-based optimizers.
///
/// Subclasses make slots, turn hyperparameters into tensors and add an update for each variable.
/// **Source**: `tf.compat.v1.train.Optimizer`; slot names are those its checkpoints have.
open class Optimizer {
  public let name: String
  /// Slot variables by slot name, then in order of creation.
  private var slots: [String: [(variable: ObjectIdentifier, slot: Variable)]] = [:]
  private var slotNamesInOrder: [String] = []
  private var nonSlots: [(name: String, graph: ObjectIdentifier, variable: Variable)] = []

  /// **Errors**: `ValueError` for an empty name.
  public init(name: String) throws {
    guard !name.isEmpty else { throw EngineError.value("Must specify the optimizer name") }
    self.name = name
  }

  // MARK: For subclasses

  /// Makes the slots of the variables that have gradients.
  open func createSlots(_ variables: [Variable]) throws {}
  /// Turns hyperparameters into tensors, in the optimizer's name scope.
  open func prepare(_ graph: Graph) throws {}
  /// The update of a variable from a dense gradient.
  open func applyDense(_ gradient: Output, _ variable: Variable) throws -> Node {
    throw EngineError(kind: .notImplemented, code: .unimplemented, "\(name) has no update for dense gradients")
  }
  /// The update of some rows; the indices are distinct.
  open func applySparse(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    throw EngineError(kind: .notImplemented, code: .unimplemented, "\(name) has no update for sparse gradients")
  }
  /// As ``applySparse(_:_:_:)`` for indices that may repeat; sums the rows of equal ones first.
  open func applySparseDuplicates(_ gradient: Output, _ indices: Output, _ variable: Variable) throws -> Node {
    let (sums, unique) = try Optimizer.deduplicated(gradient, indices)
    return try applySparse(sums, unique, variable)
  }
  /// What ends the step, after all updates.
  open func finish(_ updates: [Node], name: String) throws -> Node {
    guard let graph = updates.first?.graph else { throw EngineError.value("No variables provided.") }
    return try graph.group(updates, name: name)
  }

  static func deduplicated(_ values: Output, _ indices: Output) throws -> (values: Output, indices: Output) {
    let graph = values.graph
    let unique = try graph.addNode("Unique", [indices])
    let count = try graph.element(try graph.shapeVector(unique.output(0)), 0)
    let sums = try graph.addNode("UnsortedSegmentSum", [values, unique.output(1), count]).output()
    return (sums, unique.output(0))
  }

  // MARK: Gradients

  /// The gradients of a loss, one for each variable.
  ///
  /// - Parameter variables: default: the trainable ones.
  /// **Errors**: `ValueError` for no variables, or ones that are not floating.
  public func computeGradients(
    _ loss: Output, variables: [Variable]? = nil, gradLoss: Output? = nil
  ) throws -> [GradientAndVariable] {
    let graph = loss.graph
    try checkTypes([(loss.dtype, loss.name)] + (gradLoss.map { [($0.dtype, $0.name)] } ?? []))
    let variables =
      variables ?? graph.trainableVariables + graph.variables(in: "trainable_resource_variables")
    guard !variables.isEmpty else { throw EngineError.value("No variables to optimize.") }
    let gradients = try graph.gradients(
      of: [loss], withRespectTo: variables.map(\.handle), gradYs: gradLoss.map { [$0] })
    let result = Array(zip(gradients, variables))
    try checkTypes(result.filter { $0.0 != nil }.map { ($0.1.dtype, $0.1.name) })
    return result.map { (gradient: $0.0, variable: $0.1) }
  }

  private func checkTypes(_ items: [(DType, String)]) throws {
    for (dtype, name) in items where !(dtype.isFloating || dtype.isComplex) {
      throw EngineError.value(
        "Invalid type \(dtype) for \(name), expected: ['float16', 'bfloat16', 'float32', 'float64'].")
    }
  }

  /// Adds the updates.
  ///
  /// - Parameters:
  ///   - globalStep: counted up after the updates.
  ///   - place: a function body to add them to; default: the variables' graph.
  /// - Returns: the node that does it all; also in collection `train_op`.
  /// **Errors**: `ValueError` without variables or without any gradient.
  @discardableResult
  public func applyGradients(
    _ pairs: [GradientAndVariable], globalStep: Operand? = nil, name: String? = nil, in place: Graph? = nil
  ) throws -> Node {
    guard let home = pairs.first?.variable.graph else { throw EngineError.value("No variables provided.") }
    let graph: Graph
    if let place, place.isInside(home) { graph = place } else { graph = home }
    let withGradients = try pairs.filter { $0.gradient != nil }.map { pair in
      (gradient: try pair.gradient.map { try local($0, graph) }, variable: pair.variable)
    }
    guard !withGradients.isEmpty else {
      let names = pairs.map { "\"\($0.variable)\"" }.joined(separator: ", ")
      throw EngineError.value("No gradients provided for any variable: [\(names)].")
    }
    try home.withControlDependencies(nil) { try createSlots(withGradients.map(\.variable)) }
    return try graph.withNameScope(name ?? self.name) { scope in
      try prepare(graph)
      let updates = try withGradients.map { pair in
        try graph.withNameScope("update_" + pair.variable.nodeName) { _ in try update(pair) }
      }
      let result: Node
      switch globalStep {
      case nil: result = try finish(updates, name: scope)
      case .variable(let step)?:
        let finished = try finish(updates, name: "update")
        result = try graph.withControlDependencies([finished]) {
          let one = try graph.tensor(.number(1), dtype: step.dtype)
          return try graph.addNode(
            "AssignAddVariableOp", [step.handle, one], attributes: ["dtype": .type(step.dtype)], name: scope)
        }
      default: throw EngineError.type("the global step must be a variable, so that it can be counted up")
      }
      if graph === home, !graph.collection(CollectionName.trainOp).contains(where: { $0.isSame(as: .node(result)) }) {
        graph.addToCollection(CollectionName.trainOp, .node(result))
      }
      return result
    }
  }

  private func local(_ gradient: Gradient, _ graph: Graph) throws -> Gradient {
    switch gradient {
    case .dense(let output): return .dense(try graph === output.graph ? output : graph.local(output))
    case .slices(let slices):
      guard slices.values.graph !== graph else { return gradient }
      return .slices(
        IndexedSlices(
          values: try graph.local(slices.values), indices: try graph.local(slices.indices),
          denseShape: try slices.denseShape.map { try graph.local($0) }))
    }
  }

  private func update(_ pair: GradientAndVariable) throws -> Node {
    let variable = pair.variable
    switch pair.gradient {
    case .slices(let slices)?:
      guard variable.constraint == nil else {
        throw EngineError.runtime("Cannot use a constraint function on a sparse variable.")
      }
      return try applySparseDuplicates(slices.values, slices.indices, variable)
    case .dense(let gradient)?:
      let update = try applyDense(gradient, variable)
      guard let constraint = variable.constraint else { return update }
      return try update.graph.withControlDependencies([update]) {
        try variable.assign(.tensor(try constraint(variable))).node
      }
    case nil: throw EngineError.internal("no gradient for '\(variable.name)'")
    }
  }

  /// ``computeGradients(_:variables:gradLoss:)`` and ``applyGradients(_:globalStep:name:)`` in one.
  @discardableResult
  public func minimize(
    _ loss: Output, globalStep: Operand? = nil, variables: [Variable]? = nil, name: String? = nil,
    gradLoss: Output? = nil
  ) throws -> Node {
    let pairs = try computeGradients(loss, variables: variables, gradLoss: gradLoss)
    guard pairs.contains(where: { $0.gradient != nil }) else {
      let names = pairs.map { "\"\($0.variable)\"" }.joined(separator: ", ")
      throw EngineError.value(
        "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
          + "variables [\(names)] and loss \(loss).")
    }
    return try applyGradients(pairs, globalStep: globalStep, name: name)
  }

  // MARK: Slots

  /// The slot of a variable, if there is one.
  public func slot(_ name: String, of variable: Variable) -> Variable? {
    slots[name]?.first { $0.variable == ObjectIdentifier(variable) }?.slot
  }

  /// **Errors**: `Internal` when ``createSlots(_:)`` has not made it.
  public func requiredSlot(_ name: String, of variable: Variable) throws -> Variable {
    guard let slot = slot(name, of: variable) else {
      throw EngineError.internal("\(self.name) has no slot '\(name)' for variable '\(variable.name)'")
    }
    return slot
  }

  public var slotNames: [String] { slots.keys.sorted() }

  /// All variables the optimizer has made in a graph, by name.
  public func variables(in graph: Graph) -> [Variable] {
    let own = nonSlots.filter { $0.graph == ObjectIdentifier(graph) }.map(\.variable)
    let all = own + slots.values.flatMap { $0.map(\.slot) }.filter { $0.graph === graph }
    return all.sorted { $0.name < $1.name }
  }

  /// Makes a slot or finds it.
  ///
  /// - Parameter opName: the name that its variable gets below the primary's.
  @discardableResult
  public func makeSlot(
    _ name: String, of variable: Variable, _ value: Slots.Value, opName: String? = nil
  ) throws -> Variable {
    if let known = slot(name, of: variable) { return known }
    let made = try Slots.create(variable, value, name: opName ?? self.name)
    slots[name, default: []].append((ObjectIdentifier(variable), made))
    return made
  }

  @discardableResult
  public func zerosSlot(_ name: String, of variable: Variable, opName: String? = nil) throws -> Variable {
    try makeSlot(name, of: variable, .initializer(Zeros()), opName: opName)
  }

  /// A variable that belongs to no other, such as Adam's powers.
  func makeNonSlot(_ name: String, initialValue: Hyperparameter, dtype: DType, in graph: Graph) throws -> Variable {
    if let known = nonSlot(name, in: graph) { return known }
    let first: InitialValue
    switch try initialValue.operand() {
    case .number(let number): first = .tensor(try Tensor(scalar: number, dtype: dtype))
    case let operand: first = .output(try graph.tensor(operand, dtype: dtype))
    }
    let made = try Variable(in: graph, name: name, initialValue: first, isTrainable: false)
    nonSlots.append((name, ObjectIdentifier(graph), made))
    return made
  }

  func nonSlot(_ name: String, in graph: Graph) -> Variable? {
    nonSlots.first { $0.name == name && $0.graph == ObjectIdentifier(graph) }?.variable
  }

  /// A hyperparameter as a float32 tensor in the current scope.
  func constant(_ value: Hyperparameter, _ graph: Graph, name: String) throws -> Output {
    try graph.tensor(try value.operand(), dtype: .float32, name: name)
  }
}

/// Makes variables that belong to others.
public enum Slots {
  public enum Value {
    case initializer(any VariableInitializer)
    case output(Output)
  }

  /// A variable of the primary's shape named `<primary>/<name>`, made unique by variable scopes.
  public static func create(
    _ primary: Variable, _ value: Value, name: String, shape: Shape? = nil, dtype: DType? = nil
  ) throws -> Variable {
    let graph = primary.graph
    return try graph.withVariableScope(.defaultName("\(primary.nodeName)/\(name)")) { scope in
      var request = VariableRequest("", isTrainable: false)
      // Never the initializer or regularizer of the scope around.
      scope.regularizer = nil
      scope.partitioner = nil
      scope.reuse = .never
      switch value {
      case .initializer(let initializer):
        request.shape = shape ?? primary.shape
        request.dtype = dtype ?? primary.dtype
        request.initializer = initializer
      case .output(let output): request.initialValue = .output(output)
      }
      let slot = try graph.variable(request)
      if let info = primary.saveSliceInfo {
        let own = slot.nodeName.dropFirst(primary.nodeName.count + 1)
        slot.saveSliceInfo = SaveSliceInfo(
          fullName: "\(info.fullName)/\(own)", fullShape: info.fullShape, offset: info.offset, shape: info.shape)
      }
      return slot
    }
  }
}
