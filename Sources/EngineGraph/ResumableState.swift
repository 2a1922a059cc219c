import EngineCore

/// What a session holds besides variables that decides how a run goes on: positions of iterators, random generators.
///
/// Objects that nodes keep (``ExecutionEnvironment/state(of:make:)``) and resources
/// (``ExecutionEnvironment/resource(_:as:make:)``) take part by conforming.
public protocol ResumableState: AnyObject {
  /// Keeps threads of the object from changing anything, until ``resumeWork()``.
  func suspendWork()
  func resumeWork()
  /// **Errors**: `Unimplemented` when the state cannot be stored.
  func saveState(_ encoder: inout StateEncoder) throws
  /// Takes over what ``saveState(_:)`` of another process wrote.
  /// **Errors**: `DataLoss` for bytes that cannot be right.
  func restoreState(_ decoder: inout StateDecoder) throws
  /// Does what ``restoreState(_:)`` could not do yet because the object was not there completely.
  func finishRestoring() throws
  /// Nodes inside these functions are driven by the object, which brings their states back itself.
  var ownedFunctions: [GraphFunction] { get }
}

extension ResumableState {
  public func suspendWork() {}
  public func resumeWork() {}
  public func finishRestoring() throws {}
  public var ownedFunctions: [GraphFunction] { [] }
}

extension ExecutionEnvironment {
  /// The state of everything that conforms to ``ResumableState``, by names that are the same in another process.
  public struct SavedStates {
    public var seed: UInt64
    public var nodes: [(name: String, state: ByteString)]
    public var resources: [(name: String, state: ByteString)]

    public init(
      seed: UInt64, nodes: [(name: String, state: ByteString)], resources: [(name: String, state: ByteString)]
    ) {
      self.seed = seed
      self.nodes = nodes
      self.resources = resources
    }
  }

  /// Takes the state of the session. No run may be under way; threads of input pipelines are held meanwhile.
  ///
  /// - Parameter skipping: resources that are kept elsewhere, such as the variables of a checkpoint.
  /// **Errors**: `Unimplemented` when something cannot be stored, `ResourceExhausted` when it is too large.
  public func savedStates(graph: Graph, skipping: Set<ObjectIdentifier> = []) throws -> SavedStates {
    let all = resumableResources().filter { !skipping.contains(ObjectIdentifier($0.state)) }
    for resource in all { resource.state.suspendWork() }
    defer { for resource in all.reversed() { resource.state.resumeWork() } }
    var owned = Set<ObjectIdentifier>()
    let resources = try all.map { resource in
      var encoder = StateEncoder()
      try resource.state.saveState(&encoder)
      for function in resource.state.ownedFunctions { function.body.collectBodies(&owned) }
      return (name: resource.name, state: encoder.bytes)
    }
    let names = graph.nodePrefixes()
    let nodes = try resumableNodes().compactMap { node, state -> (name: String, state: ByteString)? in
      guard !owned.contains(ObjectIdentifier(node.graph)), let prefix = names[ObjectIdentifier(node.graph)] else {
        return nil
      }
      var encoder = StateEncoder()
      try state.saveState(&encoder)
      return (prefix + node.name, encoder.bytes)
    }
    return SavedStates(
      seed: nondeterministicSeed, nodes: nodes.sorted { $0.name < $1.name },
      resources: resources.sorted { $0.name < $1.name })
  }

  /// Gives a session the state of another. What does not exist yet gets its state when it is made.
  /// **Errors**: `DataLoss` for bytes that cannot be right.
  public func restore(_ saved: SavedStates, graph: Graph) throws {
    nondeterministicSeed = saved.seed
    let pendingResources = Dictionary(
      saved.resources.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    let known = resumableResources()
    // Inputs first: bringing one back may run functions whose nodes draw random numbers.
    for resource in known {
      guard let state = pendingResources[resource.name] else { continue }
      var decoder = StateDecoder(state)
      try resource.state.restoreState(&decoder)
      try decoder.finish()
      try resource.state.finishRestoring()
    }
    let done = Set(known.map(\.name))
    setPending(
      nodes: Dictionary(saved.nodes.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first }),
      resources: pendingResources.filter { !done.contains($0.key) }, prefixes: graph.nodePrefixes())
    for (node, state) in resumableNodes() { try applyPending(to: node, state) }
  }
}

extension Graph {
  /// What comes before the names of nodes, for this graph and all function bodies inside it.
  func nodePrefixes() -> [ObjectIdentifier: String] {
    var result: [ObjectIdentifier: String] = [:]
    var stack: [(Graph, String)] = [(self, "")]
    while let (graph, prefix) = stack.popLast() {
      guard result[ObjectIdentifier(graph)] == nil else { continue }
      result[ObjectIdentifier(graph)] = prefix
      for (name, function) in graph.functions { stack.append((function.body, "\(prefix)\(name):")) }
    }
    return result
  }

  /// This graph and the bodies of functions that its nodes call.
  func collectBodies(_ seen: inout Set<ObjectIdentifier>) {
    guard seen.insert(ObjectIdentifier(self)).inserted else { return }
    for function in calledFunctions() { function.body.collectBodies(&seen) }
  }

  /// The functions that nodes of this graph name in their attributes.
  public func calledFunctions() -> [GraphFunction] {
    var names = Set<String>()
    for node in nodes {
      for case .function(let name) in node.attributes.values { names.insert(name) }
    }
    return names.sorted().compactMap { name in
      var graph: Graph? = self
      while let current = graph {
        if let function = current.functions[name] { return function }
        graph = current.outer
      }
      return nil
    }
  }
}
