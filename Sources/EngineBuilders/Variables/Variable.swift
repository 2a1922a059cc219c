import EngineCore
import EngineGraph

/// Where a part of a partitioned variable lies in the whole.
public struct SaveSliceInfo: Sendable, Hashable {
  /// The name under which checkpoints keep the whole.
  public let fullName: String
  public let fullShape: [Int]
  public let offset: [Int]
  public let shape: [Int]

  public init(fullName: String, fullShape: [Int], offset: [Int], shape: [Int]) {
    self.fullName = fullName
    self.fullShape = fullShape
    self.offset = offset
    self.shape = shape
  }

  /// Whether the part lies within the whole.
  public var isSound: Bool {
    guard offset.count == fullShape.count, shape.count == fullShape.count else { return false }
    return fullShape.indices.allSatisfy { axis in
      fullShape[axis] >= 0 && offset[axis] >= 0 && shape[axis] >= 0 && offset[axis] <= fullShape[axis]
        && shape[axis] <= fullShape[axis] - offset[axis]
    }
  }

  /// The form checkpoints use: `4 2 0,2:0,2`.
  public var specification: String {
    let sizes = fullShape.map { "\($0)" }.joined(separator: " ")
    let extents = zip(offset, shape).map { "\($0),\($1)" }.joined(separator: ":")
    return "\(sizes) \(extents)"
  }
}

/// How a variable gets its first value.
public enum InitialValue {
  /// A tensor of the graph.
  case output(Output)
  /// A constant.
  case tensor(Tensor)
  /// Builds the value in the variable's `Initializer` scope.
  case closure(() throws -> Output)
}

/// A resource variable of a graph.
///
/// **Source**: node names and their order follow what `tf.compat.v1.get_variable` builds in TensorFlow 2.15.
public final class Variable: @unchecked Sendable {
  public typealias Constraint = (Variable) throws -> Output

  /// Not owned: the graph owns its variables. See ``EngineGraph/Node/graph`` for when it is gone.
  public var graph: Graph { handle.graph }
  /// The handle: output 0 of the `VarHandleOp` that carries the variable's name.
  public let handle: Output
  public let dtype: DType
  public let shape: Shape
  /// What the initializer assigns.
  public private(set) var initialValue: Output
  /// The assignment of the initial value.
  public private(set) var initializer: Node
  /// Whether the variable has a value.
  public let isInitialized: Output
  /// The read that stands for the variable when it is fetched.
  public let snapshot: Output
  public let isTrainable: Bool
  public let collections: [String]
  /// Projects the variable after an optimizer's update.
  public let constraint: Constraint?
  public var saveSliceInfo: SaveSliceInfo?
  /// For the host language: its own object for this variable, so that it sees the same one each time.
  public var hostObject: AnyObject?

  public var nodeName: String { handle.node.name }
  /// `name:0`.
  public var name: String { handle.name }
  /// The name that checkpoints use for it.
  public var sharedName: String { saveSliceInfo?.fullName ?? nodeName }

  /// Makes a variable in the current name scope and adds it to its collections.
  ///
  /// - Parameters:
  ///   - name: made unique in the scope.
  ///   - dtype: default: that of the initial value.
  ///   - shape: default: that of the initial value.
  /// **Errors**: `ValueError` when the initial value does not fit `shape`, or has an unknown one although
  /// `validateShape`; `TypeError` when its type differs from `dtype`.
  public init(
    in graph: Graph, name: String = "Variable", initialValue: InitialValue, dtype: DType? = nil, shape: Shape? = nil,
    isTrainable: Bool = true, collections: [String]? = nil, validateShape: Bool = true,
    constraint: Constraint? = nil
  ) throws {
    var names = collections ?? [CollectionName.globalVariables]
    if isTrainable, !names.contains(CollectionName.trainableVariables) {
      names.append(CollectionName.trainableVariables)
    }
    self.isTrainable = isTrainable
    self.collections = names
    self.constraint = constraint
    graph.enterControlDependencies(nil)
    defer { graph.leaveControlDependencies() }
    let (scope, previous) = try graph.enterNameScope(name)
    defer { graph.leaveNameScope(previous) }

    let value = try graph.withNameScope("Initializer") { _ in
      switch initialValue {
      case .output(let output): output
      case .tensor(let tensor): try graph.constant(tensor, name: "initial_value")
      case .closure(let build): try build()
      }
    }
    if let dtype, value.dtype != dtype {
      throw EngineError.type("the initial value of variable '\(name)' must be of type \(dtype), got \(value.dtype)")
    }
    if let shape, !shape.isCompatible(with: value.shape) {
      throw EngineError.value(
        "In this `tf.Variable` creation, the initial value's shape (\(value.shape)) is not compatible with the "
          + "explicitly supplied `shape` argument (\(shape)).")
    }
    self.initialValue = value
    self.dtype = value.dtype
    self.shape = try validateShape ? value.shape.merged(with: shape ?? .unknown) : shape ?? .unknown
    handle = try graph.addNode(
      "VarHandleOp",
      attributes: [
        "shared_name": .string(scope.isEmpty ? name : String(scope.dropLast())), "shape": .shape(self.shape),
        "dtype": .type(value.dtype),
      ], name: scope
    ).output()
    isInitialized = try graph.withNameScope("IsInitialized") { [handle] _ in
      try graph.addNode("VarIsInitializedOp", [handle]).output()
    }
    initializer = try graph.withNameScope("Assign") { [handle] scope in
      try graph.addNode("AssignVariableOp", [handle, value], attributes: ["dtype": .type(value.dtype)], name: scope)
    }
    snapshot = try graph.withNameScope("Read") { [handle, shape = self.shape] _ in
      try Variable.read(handle, value.dtype, shape)
    }
    for name in Set(names).sorted() { graph.addToCollection(name, .object(self)) }
  }

  /// A variable of nodes that the graph has, as an imported graph brings them. It is added to no collection.
  /// - Parameter isInitialized: default: the node that variables usually have, else a new one.
  /// **Errors**: `ValueError` when `handle` does not belong to a variable.
  public init(
    handle: Output, initializer: Node, snapshot: Output, initialValue: Output, isTrainable: Bool,
    saveSliceInfo: SaveSliceInfo? = nil, isInitialized: Output? = nil
  ) throws {
    guard handle.dtype == .resource else {
      throw EngineError.value("'\(handle.name)' is not a variable's handle: it has type \(handle.dtype)")
    }
    let graph = handle.graph
    self.handle = handle
    self.initializer = initializer
    self.snapshot = snapshot
    self.initialValue = initialValue
    self.isTrainable = isTrainable
    self.saveSliceInfo = saveSliceInfo
    dtype = snapshot.dtype
    shape = handle.node.attributes["shape"] == nil ? snapshot.shape : handle.node.shape("shape")
    collections = []
    constraint = nil
    let known = graph.node(named: handle.node.name + "/IsInitialized/VarIsInitializedOp")?.output()
    if let found = isInitialized ?? known {
      self.isInitialized = found
    } else {
      self.isInitialized = try handle.graph.withInitScope {
        try handle.graph.addNode("VarIsInitializedOp", [handle], name: handle.node.name + "/IsInitialized").output()
      }
    }
  }

  static func read(_ handle: Output, _ dtype: DType, _ shape: Shape) throws -> Output {
    try read(handle, dtype, shape, in: handle.graph)
  }

  /// A read in a graph: the variable's own or a function body in it.
  static func read(_ handle: Output, _ dtype: DType, _ shape: Shape, in graph: Graph) throws -> Output {
    let read = try graph.addNode("ReadVariableOp", [handle], attributes: ["dtype": .type(dtype)]).output()
    try read.setShape(shape)
    return read
  }

  /// Makes the variable start from another value: `initializer` assigns `value` from now on.
  /// **Errors**: `ValueError` for a value of another shape, `TypeError` for one of another type.
  public func replaceInitialValue(_ value: Output, initializer: Node) throws {
    guard value.dtype == dtype else {
      throw EngineError.type("the initial value of variable '\(name)' must be of type \(dtype), got \(value.dtype)")
    }
    guard shape.isCompatible(with: value.shape) else {
      throw EngineError.value(
        "the initial value of variable '\(name)' has shape \(value.shape), which does not fit \(shape)")
    }
    initialValue = value
    self.initializer = initializer
  }

  /// A new read in the current scope, after the current control dependencies.
  public func value() throws -> Output { try Variable.read(handle, dtype, shape) }

  /// A new read under a name scope of its own, as `Variable.read_value()` makes it.
  public func readValue() throws -> Output {
    let value = try graph.withNameScope("Read") { _ in try self.value() }
    return try graph.addNode("Identity", [value]).output()
  }

  /// Rows of the variable.
  /// - Parameter indices: int32 or int64 of any shape.
  public func gather(_ indices: Output, name: String = "Gather") throws -> Output {
    let rows = try graph.addNode(
      "ResourceGather", [handle, indices], attributes: ["dtype": .type(dtype)], name: name
    ).output()
    try rows.setShape(indices.shape.concatenated(with: shape.removing(axis: 0)))
    return rows
  }
}

extension Variable: CustomStringConvertible {
  public var description: String { "<tf.Variable '\(name)' shape=\(shape) dtype=\(dtype)>" }
}

/// A variable right after an assignment: reading it waits for that.
public struct VariableUpdate {
  public let variable: Variable
  /// The assignment.
  public let node: Node
  /// The value afterwards, as of when the assignment was made.
  public let read: Output

  init(_ variable: Variable, _ node: Node) throws {
    self.variable = variable
    self.node = node
    read = try VariableUpdate.read(variable, node)
  }

  private static func read(_ variable: Variable, _ node: Node) throws -> Output {
    try node.graph.withControlDependencies([node]) {
      try Variable.read(variable.handle, variable.dtype, variable.shape, in: node.graph)
    }
  }

  /// A new read in the current scope that waits for the assignment.
  public func value() throws -> Output {
    try VariableUpdate.read(variable, node)
  }
}
