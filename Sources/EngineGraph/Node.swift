import EngineCore

/// One operation of a graph. Created by ``Graph/addNode(_:inputs:attributes:name:controlInputs:)`` only.
public final class Node: @unchecked Sendable {
  /// Position in the graph; inputs always have smaller ones.
  public let id: Int
  public let name: String
  public let definition: OpDefinition
  public private(set) var inputs: [Output]
  public private(set) var controlInputs: [Node]
  public internal(set) var attributes: [String: AttributeValue] {
    didSet { attributeList = ContiguousArray(attributes.map { ($0, $1) }) }
  }
  /// The attributes again: kernels ask for them in every step, and comparing a few short names takes less than hashing.
  private var attributeList: ContiguousArray<(name: String, value: AttributeValue)>
  public let outputTypes: [DType]
  /// What is known of the outputs' shapes; a program may refine it (`Tensor.set_shape`).
  public internal(set) var outputShapes: [Shape]
  public var device: String
  /// The line of the user's program that made the node, as `file:line`.
  public let origin: String?
  /// The graph's ``Graph/number``.
  let graphNumber: Int
  private weak var owner: Graph?

  /// The graph that the node is part of.
  ///
  /// Nodes do not keep their graph. After its end an empty graph stands in for it, which is no other node's and in which
  /// nothing can be built: whoever goes on using a tensor of it gets an error.
  public var graph: Graph { owner ?? Graph(standingInFor: self) }

  /// Whether the node is part of a graph. Quicker than comparing ``graph``.
  @inline(__always)
  public func isPart(of graph: Graph) -> Bool { graphNumber == graph.number }

  init(
    id: Int, name: String, definition: OpDefinition, inputs: [Output], controlInputs: [Node],
    attributes: [String: AttributeValue], outputTypes: [DType], outputShapes: [Shape], device: String,
    origin: String?, graph: Graph
  ) {
    self.id = id
    self.name = name
    self.definition = definition
    self.inputs = inputs
    self.controlInputs = controlInputs
    self.attributes = attributes
    attributeList = ContiguousArray(attributes.map { ($0, $1) })
    self.outputTypes = outputTypes
    self.outputShapes = outputShapes
    self.device = device
    self.origin = origin
    owner = graph
    graphNumber = graph.number
  }

  /// Lets go of other nodes, at the end of the graph.
  func detach() {
    inputs = []
    controlInputs = []
  }

  /// The op's name, such as `MatMul`.
  public var type: String { definition.name }
  public var outputs: [Output] { outputTypes.indices.map { Output(node: self, index: $0) } }
  public func output(_ index: Int = 0) -> Output { Output(node: self, index: index) }

  /// Adds a control input after creation (TensorFlow allows it for a few constructs). It must be an older node.
  public func addControlInput(_ node: Node) throws {
    guard node.graphNumber == graphNumber else { throw EngineError.value("control inputs must be from the same graph") }
    guard node.id < id else {
      throw EngineError.value("a control input must be created before the node that waits for it")
    }
    if !controlInputs.contains(where: { $0 === node }) { controlInputs.append(node) }
  }

  // MARK: Attributes, typed

  @inline(__always)
  private func attribute(_ name: String) -> AttributeValue? {
    for entry in attributeList where entry.name.utf8.count == name.utf8.count && entry.name == name {
      return entry.value
    }
    return nil
  }

  public func int(_ name: String) -> Int {
    if case .int(let value)? = attribute(name) { return value }
    return 0
  }
  public func float(_ name: String) -> Float {
    if case .float(let value)? = attribute(name) { return value }
    return 0
  }
  public func bool(_ name: String) -> Bool {
    if case .bool(let value)? = attribute(name) { return value }
    return false
  }
  public func string(_ name: String) -> String {
    if case .string(let value)? = attribute(name) { return String(decoding: value, as: UTF8.self) }
    return ""
  }
  public func dtype(_ name: String) -> DType {
    if case .type(let value)? = attribute(name) { return value }
    return .float32
  }
  public func ints(_ name: String) -> [Int] {
    if case .ints(let value)? = attribute(name) { return value }
    return []
  }
  public func types(_ name: String) -> [DType] {
    if case .types(let value)? = attribute(name) { return value }
    return []
  }
  public func shapes(_ name: String) -> [Shape] {
    if case .shapes(let value)? = attribute(name) { return value }
    return []
  }
  public func shape(_ name: String) -> Shape {
    if case .shape(let value)? = attribute(name) { return value }
    return .unknown
  }
  public func tensor(_ name: String) -> Tensor? {
    if case .tensor(let value)? = attribute(name) { return value }
    return nil
  }
  public func function(_ name: String) -> String? {
    if case .function(let value)? = attribute(name) { return value }
    return nil
  }
}

/// One result of a node: what TensorFlow calls a `Tensor` of a graph.
public struct Output: Hashable, Sendable {
  public let node: Node
  public let index: Int

  public init(node: Node, index: Int) {
    self.node = node
    self.index = index
  }

  public static func == (a: Output, b: Output) -> Bool { a.node === b.node && a.index == b.index }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(node))
    hasher.combine(index)
  }

  public var graph: Graph { node.graph }
  /// Whether the node has so many outputs. Those that it has not are of no use: building and running refuse them.
  public var exists: Bool { node.outputTypes.indices.contains(index) }
  public var dtype: DType { exists ? node.outputTypes[index] : .variant }
  public var shape: Shape { exists ? node.outputShapes[index] : .unknown }
  /// `name:index`.
  public var name: String { "\(node.name):\(index)" }

  /// Refines the static shape.
  /// **Errors**: `ValueError` when it contradicts what is known, and for an output that the node does not have.
  public func setShape(_ shape: Shape) throws {
    try check()
    node.outputShapes[index] = try node.outputShapes[index].merged(with: shape)
  }
}

extension Output {
  /// **Errors**: `ValueError` for an output that the node does not have.
  public func check() throws {
    guard exists else {
      throw EngineError.value(
        "'\(node.name)' (\(node.type)) has \(node.outputTypes.count) outputs; there is no output \(index)")
    }
  }
}

extension Output: CustomStringConvertible {
  public var description: String { "Tensor(\"\(name)\", shape=\(shape), dtype=\(dtype))" }
}
