import EngineCore
import EngineGraph

/// The variables of a graph by full name, and the state of variable scopes.
public final class VariableStore: @unchecked Sendable {
  var variables: [String: Variable] = [:]
  var partitioned: [String: PartitionedVariable] = [:]
  var scopeCounts: [String: Int] = [:]
  var currentScope = VariableScope(name: "", originalNameScope: "", from: nil)

  func joined(_ name: String) -> String { currentScope.name.isEmpty ? name : "\(currentScope.name)/\(name)" }

  /// A scope name that has not been entered under the current one.
  func uniqueScope(_ prefix: String) -> String {
    let name = joined(prefix)
    if scopeCounts[name, default: 0] == 0 { return prefix }
    var index = 1
    while scopeCounts["\(name)_\(index)", default: 0] > 0 { index += 1 }
    return "\(prefix)_\(index)"
  }

  /// Forgets which scopes were entered below `name`.
  func closeSubscopes(of name: String) {
    for key in scopeCounts.keys where name.isEmpty || key.hasPrefix(name + "/") { scopeCounts[key] = 0 }
  }

  public func variable(named name: String) -> Variable? { variables[name] }

  /// A variable, or the parts of a partitioned one, by the name of the whole; empty when there is none.
  public func parts(named name: String) -> [Variable] {
    if let variable = variables[name] { return [variable] }
    return partitioned[name]?.parts ?? []
  }

  /// Names of all variables, of partitioned ones the name of the whole, sorted.
  public var names: [String] {
    let parts = Set(partitioned.values.flatMap(\.parts).map(\.nodeName))
    return (variables.keys.filter { !parts.contains($0) } + partitioned.keys).sorted()
  }

  func get(_ request: VariableRequest, in graph: Graph) throws -> VariableResult {
    let isScalar = request.shape?.rank == 0
    if request.partitioner != nil, !isScalar { return .partitioned(try getPartitioned(request, in: graph)) }
    if request.reuse == .always, partitioned[request.name] != nil {
      return .partitioned(try getPartitioned(request, in: graph))
    }
    if variables["\(request.name)/part_0"] != nil {
      throw EngineError.value(
        "No partitioner was provided, but a partitioned version of the variable was found: \(request.name)/part_0. "
          + "Perhaps a variable of the same name was already created with partitioning?")
    }
    return .single(try getSingle(request, partition: nil, in: graph))
  }

  func getSingle(_ request: VariableRequest, partition: PartitionInfo?, in graph: Graph) throws -> Variable {
    let name = request.name
    if request.initialValue != nil, !isClosure(request.initialValue), request.shape != nil {
      throw EngineError.value("If initializer is a constant, do not specify shape.")
    }
    if let found = variables[name] {
      if request.reuse == .never || request.reuse == nil {
        throw EngineError.value(
          "Variable \(name) already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in "
            + "VarScope?" + (found.handle.node.origin.map { " Originally defined at:\n\n  \($0)\n" } ?? ""))
      }
      if let shape = request.shape, !shape.isCompatible(with: found.shape) {
        throw EngineError.value(
          "Trying to share variable \(name), but specified shape \(shape) and found shape \(found.shape).")
      }
      if let dtype = request.dtype, dtype != found.dtype {
        throw EngineError.value(
          "Trying to share variable \(name), but specified dtype \(dtype) and found dtype \(found.dtype).")
      }
      return found
    }
    if request.reuse == .always {
      throw EngineError.value(
        "Variable \(name) does not exist, or was not created with tf.get_variable(). Did you mean to set "
          + "reuse=tf.AUTO_REUSE in VarScope?")
    }
    let variable = try Variable(
      in: graph, name: name, initialValue: try initialValue(request, partition, graph),
      dtype: request.initialValue == nil ? request.dtype : nil, shape: request.shape,
      isTrainable: request.isTrainable, collections: request.collections, validateShape: request.validateShape,
      constraint: request.constraint)
    variables[name] = variable
    if let regularizer = request.regularizer { try regularize(variable, name, regularizer, in: graph) }
    return variable
  }

  private func isClosure(_ value: InitialValue?) -> Bool {
    if case .closure? = value { return true }
    return false
  }

  private func initialValue(_ request: VariableRequest, _ partition: PartitionInfo?, _ graph: Graph) throws
    -> InitialValue
  {
    if let value = request.initialValue { return value }
    let dtype = request.dtype ?? .float32
    guard let shape = request.shape else {
      guard request.initializer != nil else {
        throw EngineError.value(
          "Variable \(request.name) did not get an initializer, so its `shape` argument must be specified.")
      }
      throw VariableStore.invalidInitializer
    }
    guard let known = shape.known else {
      if request.initializer == nil {
        throw EngineError.value(
          "Shape of a new variable (\(request.name)) must be fully defined, but instead was \(shape).")
      }
      throw VariableStore.invalidInitializer
    }
    let initializer = try request.initializer ?? VariableStore.defaultInitializer(request.name, dtype)
    return .closure { try initializer.build(graph, shape: known, dtype: dtype, partition: partition) }
  }

  private static let invalidInitializer = EngineError.value(
    "The initializer passed is not valid. It should be a callable with no arguments and the shape should not be "
      + "provided or an instance of `tf.keras.initializers.*' and `shape` should be fully defined.")

  private static func defaultInitializer(_ name: String, _ dtype: DType) throws -> any VariableInitializer {
    if dtype.isFloating { return VarianceScaling.glorotUniform() }
    if dtype.isInteger || dtype == .bool || dtype == .string { return Zeros() }
    throw EngineError.value("An initializer for variable \(name) of \(dtype) is required.")
  }

  /// TensorFlow calls a regularizer twice: to see whether it gives anything, then for the collection.
  private func regularize(_ variable: Variable, _ name: String, _ regularizer: Regularizer, in graph: Graph) throws {
    guard try regularizer(variable) != nil else { return }
    let term = try graph.withNameScope("\(name)/Regularizer/") { _ in try regularizer(variable) }
    if let term { graph.addToCollection(CollectionName.regularizationLosses, .output(term)) }
  }
}
