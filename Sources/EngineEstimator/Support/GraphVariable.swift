import EngineCore
import EngineGraph
import EngineRuntime

/// What savers and sessions must know of a variable. The builders' variable class conforms to it.
public protocol GraphVariable: AnyObject {
  /// The name without `:0`; also the key in checkpoints, unless the variable is a slice of a bigger one.
  var variableName: String { get }
  /// The output of the handle op.
  var handle: Output { get }
  /// A read of the value that exists once in the graph.
  var readOutput: Output { get }
  /// The op that assigns the initial value.
  var initializerNode: Node { get }
  var storedShape: Shape { get }
  var valueType: DType { get }
  /// For a slice of a partitioned variable: where it belongs.
  var partitionSlice: PartitionSlice? { get }
}

/// The place of one part of a partitioned variable in the whole.
public struct PartitionSlice: Sendable, Equatable {
  public let fullName: String
  public let fullShape: [Int]
  public let offset: [Int]

  public init(fullName: String, fullShape: [Int], offset: [Int]) {
    self.fullName = fullName
    self.fullShape = fullShape
    self.offset = offset
  }
}

extension Graph {
  /// The variables of a collection.
  public func variables(in collection: String) -> [any GraphVariable] {
    self.collection(collection).compactMap { item in
      if case .object(let object) = item { return object as? any GraphVariable }
      return nil
    }
  }

  /// The operations of a collection.
  func operations(in collection: String) -> [Node] {
    self.collection(collection).compactMap { item in
      switch item {
      case .node(let node): node
      case .output(let output): output.node
      case .object: nil
      }
    }
  }

  /// Adds an op without results that waits for `nodes` (TensorFlow's `group`).
  func group(_ nodes: [Node], name: String) throws -> Node {
    try addNode("NoOp", name: name, controlInputs: nodes)
  }
}

/// The storage of variables in a session.
public enum VariableStorage {
  /// The objects behind the handles, in order.
  public static func resources(of variables: [any GraphVariable], in session: Session) throws -> [VariableResource] {
    if variables.isEmpty { return [] }
    let handles = try session.run(fetches: variables.map(\.handle))
    return try zip(variables, handles).map { variable, handle in
      guard let resource = handle.buffer.resource as? VariableResource else {
        throw EngineError.internal("'\(variable.variableName)' is not a resource variable")
      }
      return resource
    }
  }

  /// Names of the variables that have no value yet.
  public static func uninitialized(_ variables: [any GraphVariable], in session: Session) throws -> [String] {
    zip(variables, try resources(of: variables, in: session)).filter { !$1.isInitialized }.map { $0.0.variableName }
  }
}
