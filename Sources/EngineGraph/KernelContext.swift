import EngineCore

/// What a kernel sees of one execution of its node.
///
/// A kernel reads `inputs` and sets every output. To work in place it takes an input with ``takeInput(_:)`` and checks
/// that it holds the only reference.
public final class KernelContext {
  public let node: Node
  public internal(set) var inputs: [Tensor] = []
  public internal(set) var outputs: [Tensor?]
  public let environment: ExecutionEnvironment
  /// For the kernel's own use: lives as long as the plan, used by one execution at a time.
  public var scratch: AnyObject?

  public init(node: Node, environment: ExecutionEnvironment) {
    self.node = node
    self.environment = environment
    outputs = [Tensor?](repeating: nil, count: node.outputTypes.count)
    inputs.reserveCapacity(node.inputs.count)
  }

  // MARK: For executors

  public func setInputs(_ tensors: [Tensor]) { inputs = tensors }
  public func appendInput(_ tensor: Tensor) { inputs.append(tensor) }
  public func removeInputs() { inputs.removeAll(keepingCapacity: true) }
  public func takeOutput(_ index: Int) -> Tensor? {
    defer { outputs[index] = nil }
    return outputs[index]
  }

  // MARK: For kernels

  public func setOutput(_ index: Int, _ tensor: Tensor) { outputs[index] = tensor }

  /// Moves an input out, so that it may prove to be uniquely referenced. `inputs[index]` must not be read afterwards.
  public func takeInput(_ index: Int) -> Tensor {
    let tensor = inputs[index]
    inputs[index] = KernelContext.nothing
    return tensor
  }

  private static let nothing = Tensor(scalar: Int32(0))

  /// A tensor for output `index`: the memory of input `reusing` when nobody else needs it and it has the right size,
  /// new memory otherwise. The kernel may then read the input and write the output element by element.
  public func destination(_ index: Int, shape: [Int], reusing input: Int) throws -> Tensor {
    let dtype = node.outputTypes[index]
    var owned = takeInput(input)
    let fits =
      dtype.isPlainData && owned.dtype.itemSize == dtype.itemSize && owned.elementCount == Shape.elementCount(shape)
      && owned.isUniquelyReferenced()
    inputs[input] = owned
    return fits
      ? try Tensor(dtype: dtype, shape: shape, buffer: owned.buffer) : try Tensor(uninitialized: dtype, shape: shape)
  }

  /// A variable's or other resource's object.
  /// **Errors**: `InvalidArgument` when the input is not a handle on a `Resource`.
  public func resource<Resource: AnyObject>(_ index: Int, as type: Resource.Type = Resource.self) throws -> Resource {
    guard let object = inputs[index].buffer.resource as? Resource else {
      throw EngineError.invalidArgument("input \(index) of '\(node.name)' is not a handle on a \(Resource.self)")
    }
    return object
  }

  /// The single element of an integer input.
  public func integer(_ index: Int) throws -> Int {
    let values = try inputs[index].integers()
    guard values.count == 1 else {
      throw EngineError.invalidArgument(
        "input \(index) of '\(node.name)' must be a scalar, got shape \(Shape(known: inputs[index].shape).bracketed)")
    }
    return values[0]
  }

  /// The elements of an integer vector input.
  public func integers(_ index: Int) throws -> [Int] { try inputs[index].integers() }
}

/// What executions of one session share.
public final class ExecutionEnvironment: @unchecked Sendable {
  /// Variables, iterators, tables by container and name.
  private var resources: [String: AnyObject] = [:]
  /// What stateful nodes keep between executions (random counters), by node id.
  private var nodeStates: [ObjectIdentifier: (node: Node, state: AnyObject)] = [:]
  /// States that another process has saved, for nodes and resources that are not there yet.
  private var pendingNodes: [String: ByteString] = [:]
  private var pendingResources: [String: ByteString] = [:]
  private var prefixes: [ObjectIdentifier: String] = [:]
  private let lock = Lock()
  public let cancellation = Cancellation()
  /// Runs a function body: set by the runtime, which kernels must not depend on.
  public var callFunction: (@Sendable (GraphFunction, [Tensor], ExecutionEnvironment) throws -> [Tensor])?
  /// Seeds for random ops that have none; differs between sessions.
  public var nondeterministicSeed: UInt64

  public init(nondeterministicSeed: UInt64) { self.nondeterministicSeed = nondeterministicSeed }

  public func resource<Resource: AnyObject>(
    _ name: String, as type: Resource.Type = Resource.self, make: () throws -> Resource
  ) throws -> Resource {
    try lock.withLock {
      if let known = resources[name] {
        guard let typed = known as? Resource else {
          throw EngineError.invalidArgument("resource '\(name)' has another type than \(Resource.self)")
        }
        return typed
      }
      let made = try make()
      resources[name] = made
      if let state = pendingResources.removeValue(forKey: name), let resumable = made as? any ResumableState {
        var decoder = StateDecoder(state)
        try resumable.restoreState(&decoder)
      }
      return made
    }
  }

  public func existingResource(_ name: String) -> AnyObject? { lock.withLock { resources[name] } }

  public func state<State: AnyObject>(of node: Node, make: () throws -> State) rethrows -> State {
    try lock.withLock {
      if let known = nodeStates[ObjectIdentifier(node)]?.state as? State { return known }
      let made = try make()
      nodeStates[ObjectIdentifier(node)] = (node, made)
      // A state that does not fit was checked for when it was read; the node then starts anew.
      if !pendingNodes.isEmpty, let resumable = made as? any ResumableState { try? restorePending(node, resumable) }
      return made
    }
  }

  // MARK: Saved states

  func resumableResources() -> [(name: String, state: any ResumableState)] {
    lock.withLock {
      resources.compactMap { name, object in (object as? any ResumableState).map { (name, $0) } }
    }.sorted { $0.name < $1.name }
  }

  func resumableNodes() -> [(node: Node, state: any ResumableState)] {
    lock.withLock {
      nodeStates.values.compactMap { entry in (entry.state as? any ResumableState).map { (entry.node, $0) } }
    }
  }

  func setPending(nodes: [String: ByteString], resources: [String: ByteString], prefixes: [ObjectIdentifier: String]) {
    lock.withLock {
      pendingNodes = nodes
      pendingResources = resources
      self.prefixes = prefixes
    }
  }

  func applyPending(to node: Node, _ state: any ResumableState) throws {
    try lock.withLock { try restorePending(node, state) }
  }

  /// The lock is held.
  private func restorePending(_ node: Node, _ state: any ResumableState) throws {
    guard let prefix = prefixes[ObjectIdentifier(node.graph)],
      let bytes = pendingNodes.removeValue(forKey: prefix + node.name)
    else { return }
    var decoder = StateDecoder(bytes)
    try state.restoreState(&decoder)
    try decoder.finish()
  }

  public func removeAll() {
    lock.withLock {
      resources.removeAll()
      nodeStates.removeAll()
      pendingNodes.removeAll()
      pendingResources.removeAll()
    }
  }
}
