import EngineCore
import Synchronization

/// A dataflow graph in TensorFlow's op vocabulary.
///
/// Building a graph is single-threaded (a program builds one graph at a time on a thread); running one is not, and
/// never changes it.
public final class Graph: @unchecked Sendable {
  public private(set) var nodes: [Node] = []
  private var nodesByName: [String: Node] = [:]
  /// Lower-cased names in use, with the next suffix to try.
  var nameCounts: [String: Int] = [:]
  /// The current scope without its closing slash.
  public internal(set) var nameScope = ""
  var controlFrames: [ControlFrame] = []
  public var device = ""
  /// The graph-level random seed (`tf.set_random_seed`).
  public var seed: Int?
  /// How many seeds unseeded random ops have drawn from the graph.
  public internal(set) var seedCounter = 0
  public private(set) var isFinalized = false
  public internal(set) var collections: [String: [CollectionItem]] = [:]
  public internal(set) var collectionOrder: [String] = []
  /// Bodies for dataset transformations and functional control flow.
  public internal(set) var functions: [String: GraphFunction] = [:]
  /// The function whose body this graph is, if any.
  public weak var outer: Graph?
  /// Values of the outer graph that this body uses, with the placeholders that stand for them.
  public internal(set) var captures: [(outer: Output, inner: Output)] = []
  /// The line of the user's program that is being carried out; recorded with new nodes.
  public var currentOrigin: String?
  /// State that layers above keep with a graph (variable store, layer name counters), by key.
  public var attachments: [String: AnyObject] = [:]

  /// Tells graphs apart, also from those that are gone.
  let number = Graph.made.add(1, ordering: .relaxed).newValue
  private static let made = Atomic(0)
  /// The name of a node whose graph is gone, when this one stands in for that.
  private let orphan: String?

  public init() { orphan = nil }

  /// An empty graph in the place of one that is gone.
  init(standingInFor node: Node) { orphan = node.name }

  deinit {
    // Nodes whose tensors somebody still has would keep all that they were computed from, and in a long chain each would
    // end within the end of the next, until the stack is full.
    for node in nodes.reversed() { node.detach() }
  }

  /// Number of changes so far: goes up with each node.
  public var version: Int { nodes.count }

  public func finalize() { isFinalized = true }
  /// Makes a finalized graph changeable again.
  public func unfinalize() { isFinalized = false }

  func checkMutable() throws {
    if let orphan {
      throw EngineError.runtime(
        "The graph of '\(orphan)' no longer exists. Keep a reference to a Graph as long as its tensors are used.")
    }
    if isFinalized { throw EngineError.runtime("Graph is finalized and cannot be modified.") }
  }

  public func node(named name: String) -> Node? { nodesByName[name] }

  /// Looks `op:index` up.
  /// **Errors**: `ValueError` for a malformed name, `KeyError` when there is no such operation or output.
  public func output(named name: String) throws -> Output {
    guard let colon = name.lastIndex(of: ":"), let index = Int(name[name.index(after: colon)...]), index >= 0 else {
      throw EngineError.value(
        "The name '\(name)' refers to an Operation, not a Tensor. Tensor names must be of the form \"<op_name>:<output_index>\"."
      )
    }
    let nodeName = String(name[..<colon])
    guard let node = nodesByName[nodeName] else {
      throw EngineError(
        kind: .key, code: .notFound,
        "The name '\(name)' refers to a Tensor which does not exist. The operation, '\(nodeName)', does not exist in the graph."
      )
    }
    guard index < node.outputTypes.count else {
      throw EngineError(
        kind: .key, code: .notFound,
        "The name '\(name)' refers to a Tensor which does not exist. The operation, '\(nodeName)', exists but only has "
          + "\(node.outputTypes.count) outputs.")
    }
    return node.output(index)
  }

  func insert(_ node: Node) {
    nodes.append(node)
    nodesByName[node.name] = node
  }

  /// Runs `body`; when it fails, the nodes, names and functions that it has added are gone again.
  ///
  /// For additions that nobody outside of `body` has heard of.
  public func undoingOnFailure<Result>(_ body: () throws -> Result) throws -> Result {
    let (count, names, known, seeds) = (nodes.count, nameCounts, functions, seedCounter)
    do {
      return try body()
    } catch {
      for node in nodes[count...] { nodesByName[node.name] = nil }
      nodes.removeSubrange(count...)
      for index in controlFrames.indices {
        controlFrames[index].members = controlFrames[index].members.filter { $0 < count }
      }
      (nameCounts, functions, seedCounter) = (names, known, seeds)
      throw error
    }
  }

  /// Draws the op-level seed that an unseeded random op gets when the graph has a seed.
  func nextSeed() -> Int {
    defer { seedCounter += 1 }
    return seedCounter
  }

  /// The attributes `seed` and `seed2` for a random op, after TensorFlow's rules.
  ///
  /// Both `nil`: (0, 0), which stands for a fresh seed in each session. Only the graph's: its counter is the op's.
  /// Only the op's: the graph's is 87654321. A pair of zeros becomes (0, 2^31 - 1).
  ///
  /// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/get_seed
  public func randomSeeds(op: Int?) -> (seed: Int, seed2: Int) {
    func wrap(_ value: Int) -> Int {
      let modulus = 0x7fff_ffff
      let remainder = value % modulus
      return remainder < 0 ? remainder + modulus : remainder
    }
    let pair: (Int, Int)
    switch (seed, op) {
    case (let graphSeed?, let opSeed?): pair = (wrap(graphSeed), wrap(opSeed))
    case (let graphSeed?, nil): pair = (wrap(graphSeed), wrap(nextSeed()))
    case (nil, let opSeed?): pair = (87_654_321, wrap(opSeed))
    case (nil, nil): return (0, 0)
    }
    return pair == (0, 0) ? (0, 0x7fff_ffff) : pair
  }

  public func addFunction(_ function: GraphFunction) { functions[function.name] = function }
}

/// A sub-graph with inputs and outputs: the body of a dataset transformation or of functional control flow.
public final class GraphFunction: @unchecked Sendable {
  public let name: String
  public let body: Graph
  /// Placeholders for the declared arguments, then for captured values.
  public let inputs: [Output]
  public let outputs: [Output]
  public init(name: String, body: Graph, inputs: [Output], outputs: [Output]) {
    self.name = name
    self.body = body
    self.inputs = inputs
    self.outputs = outputs
  }
}
