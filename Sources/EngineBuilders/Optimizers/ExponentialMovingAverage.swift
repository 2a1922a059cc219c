import EngineCore
import EngineGraph

/// Keeps shadow variables that follow others slowly.
///
/// `average -= (1 - decay)(average - value)`; with a count of updates the decay is `min(decay, (1 + n) / (10 + n))`.
public final class ExponentialMovingAverage {
  public let name: String
  private let decay: Hyperparameter
  private let updates: Operand?
  private let correctsBias: Bool
  private var averages: [(key: Output, variable: Variable?, average: Variable, isBiased: Bool)] = []

  /// - Parameter correctsBias: divide the averages of tensors (which start at zero) by what they have seen.
  public init(
    decay: Hyperparameter, updates: Operand? = nil, correctsBias: Bool = false,
    name: String = "ExponentialMovingAverage"
  ) {
    self.decay = decay
    self.updates = updates
    self.correctsBias = correctsBias
    self.name = name
  }

  private func entry(_ operand: Operand) -> (key: Output, variable: Variable?, average: Variable, isBiased: Bool)? {
    guard let key = ExponentialMovingAverage.key(operand) else { return nil }
    return averages.first { $0.key == key }
  }

  private static func key(_ operand: Operand) -> Output? {
    switch operand {
    case .variable(let variable): variable.handle
    case .tensor(let output): output
    default: nil
    }
  }

  /// Makes shadow variables where missing and the op that updates all of them.
  ///
  /// - Parameter operands: default: the trainable variables and those in collection `moving_average_variables`.
  /// **Errors**: `TypeError` for values that are not floating.
  public func apply(_ operands: [Operand]? = nil, in graph: Graph) throws -> Node {
    let operands =
      operands
      ?? (graph.trainableVariables + graph.variables(in: CollectionName.movingAverageVariables)).map { .variable($0) }
    for operand in operands where entry(operand) == nil { try makeAverage(of: operand, in: graph) }
    return try graph.withNameScope(name) { scope in
      var rate = try graph.tensor(try decay.operand(), dtype: .float32, name: "decay")
      if let updates {
        let count = try graph.apply("Cast", as: "num_updates", updates, attributes: ["DstT": .type(.float32)])
        let ratio = try graph.divide(
          .tensor(try graph.add(1, .tensor(count))), .tensor(try graph.add(10, .tensor(count))))
        rate = try graph.apply("Minimum", .tensor(rate), .tensor(ratio))
      }
      let nodes = try operands.map { operand in
        guard let entry = entry(operand) else { throw EngineError.internal("an average is missing") }
        return try assign(entry.average, operand, rate, correctsBias: entry.isBiased)
      }
      return try graph.group(nodes, name: scope)
    }
  }

  private func makeAverage(of operand: Operand, in graph: Graph) throws {
    guard let dtype = operand.dtype, dtype.isFloating, let key = ExponentialMovingAverage.key(operand) else {
      throw EngineError.type("The variables must be half, float, or double: \(operand)")
    }
    try graph.withControlDependencies(nil) {
      let average: Variable
      switch operand {
      case .variable(let variable):
        // The initializer runs after the variable's own one, whose node is older.
        let start = try graph.withControlDependencies([variable.initializer]) { try variable.value() }
        average = try Slots.create(variable, .output(start), name: name)
        if !graph.variables(in: CollectionName.movingAverageVariables).contains(where: { $0 === variable }) {
          graph.addToCollection(CollectionName.movingAverageVariables, .object(variable))
        }
        averages.append((key, variable, average, false))
      default:
        average = try graph.withVariableScope(.defaultName("\(key.node.name)/\(name)")) { scope in
          scope.regularizer = nil
          scope.reuse = .never
          return try graph.variable(
            VariableRequest("", shape: key.shape, dtype: key.dtype, initializer: Zeros(), isTrainable: false))
        }
        averages.append((key, nil, average, correctsBias))
      }
    }
  }

  private func assign(_ average: Variable, _ value: Operand, _ decay: Output, correctsBias: Bool) throws -> Node {
    let graph = average.graph
    return try graph.withNameScope("AssignMovingAvg") { scope in
      var rest = try graph.subtract(1, .tensor(decay))
      rest = try graph.cast(rest, to: average.dtype)
      guard correctsBias else {
        let difference = try graph.subtract(.tensor(try average.value()), value)
        let step = try graph.multiply(.tensor(difference), .tensor(rest))
        return try average.assignSubtract(.tensor(step)).node
      }
      let (biased, steps) = try graph.withVariableScope(.name(average.nodeName), .init(opensNameScope: false)) { _ in
        func shadow(_ name: String, _ shape: Shape) throws -> Variable {
          try graph.variable(
            VariableRequest(name, shape: shape, dtype: average.dtype, initializer: Zeros(), isTrainable: false))
        }
        return (try shadow("biased", average.shape), try shadow("local_step", .scalar))
      }
      let difference = try graph.subtract(.tensor(try biased.value()), value)
      let biasedUpdate = try biased.assignSubtract(
        .tensor(try graph.multiply(.tensor(difference), .tensor(rest))))
      let stepUpdate = try steps.assignAdd(1)
      let keep = try graph.subtract(1, .tensor(rest))
      let power = try graph.apply("Pow", .tensor(keep), .update(stepUpdate))
      let factor = try graph.subtract(1, .tensor(power))
      let corrected = try graph.divide(.tensor(try biasedUpdate.value()), .tensor(factor))
      return try average.assign(.tensor(corrected), name: scope).node
    }
  }

  /// The shadow of a variable or tensor.
  public func average(of operand: Operand) -> Variable? { entry(operand)?.average }

  /// The name of the shadow, whether it exists or not.
  public func averageName(of operand: Operand) -> String {
    if let entry = entry(operand) { return entry.average.nodeName }
    return (ExponentialMovingAverage.key(operand)?.node.name ?? "") + "/" + name
  }

  /// Names in a checkpoint for restoring averages into the variables that they follow.
  ///
  /// - Parameter candidates: variables to restore from their averages; default: the trainable ones.
  public func variablesToRestore(in graph: Graph, _ candidates: [Variable]? = nil) -> [(String, Variable)] {
    let moving =
      candidates ?? graph.trainableVariables + graph.variables(in: CollectionName.movingAverageVariables)
    var result: [(String, Variable)] = []
    for variable in moving where !result.contains(where: { $0.1 === variable }) {
      result.append((averageName(of: .variable(variable)), variable))
    }
    let names = Set(moving.map(\.nodeName))
    for variable in graph.globalVariables + graph.localVariables
    where !names.contains(variable.nodeName) && !result.contains(where: { $0.0 == variable.nodeName }) {
      if graph.globalVariables.contains(where: { $0 === variable }) { result.append((variable.nodeName, variable)) }
    }
    return result
  }
}
