import EngineCore

/// What a kernel sees of one execution of its node.
///
/// A kernel reads `inputs` and sets every output. To work in place it asks for ``destination(_:shape:reusing:)``, or
/// takes an input with ``takeInput(_:)`` and checks that it holds the only reference.
public final class KernelContext {
  public let node: Node
  public let environment: ExecutionEnvironment
  /// For the kernel's own use: lives as long as the plan, used by one execution at a time.
  public var scratch: AnyObject?
  /// Room for the inputs, of which the first `inputCount` are there.
  @usableFromInline let inputStorage: UnsafeMutablePointer<Tensor>
  @usableFromInline var inputCount = 0
  /// The inputs that belong to a frame's slot and are only lent, as bits; those past the 63rd are copied. A lent tensor
  /// is there without a reference of its own, so it must not be released here nor taken to be unique.
  private var lent: UInt64 = 0
  private let inputCapacity: Int
  private let outputStorage: UnsafeMutablePointer<Tensor?>
  /// The last small tensor that each output was allocated, to be used again once nobody else has it.
  private let spareStorage: UnsafeMutablePointer<Tensor?>
  private let outputCount: Int

  /// Bytes of an output that is kept for the next execution; larger ones go back to the pool.
  private static let spareLimit = 4096

  public init(node: Node, environment: ExecutionEnvironment) {
    self.node = node
    self.environment = environment
    inputCapacity = node.inputs.count
    outputCount = node.outputTypes.count
    inputStorage = .allocate(capacity: max(1, inputCapacity))
    outputStorage = .allocate(capacity: max(1, outputCount))
    spareStorage = .allocate(capacity: max(1, outputCount))
    outputStorage.initialize(repeating: nil, count: outputCount)
    spareStorage.initialize(repeating: nil, count: outputCount)
  }

  deinit {
    removeInputs()
    outputStorage.deinitialize(count: outputCount)
    spareStorage.deinitialize(count: outputCount)
    inputStorage.deallocate()
    outputStorage.deallocate()
    spareStorage.deallocate()
  }

  // MARK: For executors

  /// Gives the kernel its inputs, as many as the node has.
  public func setInputs(_ tensors: [Tensor]) {
    removeInputs()
    for tensor in tensors.prefix(inputCapacity) {
      (inputStorage + inputCount).initialize(to: tensor)
      inputCount += 1
    }
  }

  public func removeInputs() {
    for index in 0..<inputCount where !isLent(index) { (inputStorage + index).deinitialize(count: 1) }
    inputCount = 0
    lent = 0
  }

  @inline(__always)
  private func isLent(_ index: Int) -> Bool { index < 64 && lent & (1 << UInt64(index)) != 0 }

  public func takeOutput(_ index: Int) -> Tensor? { outputStorage[index].take() }

  /// One execution in a frame: moves the inputs in, calls the kernel, moves the outputs out.
  ///
  /// - Parameters:
  ///   - slots: the frame's tensors.
  ///   - inputs: for each input twice its slot, plus 1 when this is the last reader, which takes the tensor over.
  ///   - outputs: the slot of each output, negative for those that nobody reads.
  /// **Errors**: whatever the kernel reports; `Internal` when an input is not there.
  public func execute(
    _ kernel: OpDefinition.Kernel, slots: UnsafeMutablePointer<Tensor?>, inputs: UnsafePointer<Int32>,
    outputs: UnsafePointer<Int32>
  ) throws {
    for index in 0..<inputCapacity {
      let place = inputs[index]
      let slot = slots + Int(place >> 1)
      if slot.pointee == nil {
        throw EngineError.internal("input \(node.inputs[index].name) was not produced before it was needed")
      }
      if place & 1 == 0, index < 64 {
        // The slot keeps it until the kernel has returned. An optional tensor that is there has a tensor's layout.
        UnsafeMutableRawPointer(inputStorage + index).copyMemory(
          from: UnsafeRawPointer(slot), byteCount: MemoryLayout<Tensor>.size)
        lent |= 1 << UInt64(index)
      } else if let tensor = place & 1 == 0 ? slot.pointee : slot.pointee.take() {
        (inputStorage + index).initialize(to: tensor)
      }
      inputCount = index + 1
    }
    try kernel(self)
    removeInputs()
    for index in 0..<outputCount {
      let slot = Int(outputs[index])
      if slot >= 0 { slots[slot] = outputStorage[index].take() } else { outputStorage[index] = nil }
    }
  }

  /// Forgets what a failed execution has left.
  public func reset() {
    removeInputs()
    for index in 0..<outputCount { outputStorage[index] = nil }
  }

  // MARK: For kernels

  /// The inputs, in the order of the op's signature. Valid during the execution.
  @inlinable public var inputs: KernelInputs { KernelInputs(base: inputStorage, count: inputCount) }

  public func setOutput(_ index: Int, _ tensor: consuming Tensor) {
    precondition(index >= 0 && index < outputCount)
    outputStorage[index] = tensor
  }

  /// Moves an input out, so that it may prove to be uniquely referenced. `inputs[index]` must not be read afterwards.
  public func takeInput(_ index: Int) -> Tensor {
    precondition(index >= 0 && index < inputCount)
    if isLent(index) {
      // A reference of its own; the slot's stays.
      let copy = inputStorage[index]
      lent &= ~(1 << UInt64(index))
      (inputStorage + index).initialize(to: KernelContext.nothing)
      return copy
    }
    let tensor = (inputStorage + index).move()
    (inputStorage + index).initialize(to: KernelContext.nothing)
    return tensor
  }

  private static let nothing = Tensor(scalar: Int32(0))

  /// Uninitialised memory for output `index`, of the output's type: that of the last execution when it has the right
  /// shape and nobody has kept it, else new. Strings are empty.
  /// **Errors**: those of ``Tensor/init(uninitialized:shape:)``.
  public func newOutput(_ index: Int, shape: [Int]) throws -> Tensor {
    if let spare = spare(index), spare.shape == shape { return spare }
    return try allocateOutput(index, shape)
  }

  /// The same for a matrix, without making an array of its shape when there is one.
  public func newOutput(_ index: Int, rows: Int, columns: Int) throws -> Tensor {
    if let spare = spare(index), spare.shape.count == 2, spare.shape[0] == rows, spare.shape[1] == columns {
      return spare
    }
    return try allocateOutput(index, [rows, columns])
  }

  /// The same for a scalar or vector of `count` elements.
  public func newOutput(_ index: Int, count: Int) throws -> Tensor {
    if let spare = spare(index), spare.shape.count == 1, spare.shape[0] == count { return spare }
    return try allocateOutput(index, [count])
  }

  @inline(__always)
  private func spare(_ index: Int) -> Tensor? {
    precondition(index >= 0 && index < outputCount)
    return spareStorage[index]?.isUniquelyReferenced() == true ? spareStorage[index] : nil
  }

  @inline(never)
  private func allocateOutput(_ index: Int, _ shape: [Int]) throws -> Tensor {
    let made = try Tensor(uninitialized: node.outputTypes[index], shape: shape)
    spareStorage[index] = made.dtype.isPlainData && made.byteCount <= KernelContext.spareLimit ? made : nil
    return made
  }

  /// A tensor for output `index`: the memory of input `reusing` when nobody else needs it and it has the right size,
  /// new memory otherwise. The kernel may then read the input and write the output element by element.
  public func destination(_ index: Int, shape: [Int], reusing input: Int) throws -> Tensor {
    precondition(input >= 0 && input < inputCount)
    let dtype = node.outputTypes[index]
    let owned = inputStorage + input
    if !isLent(input), owned.pointee.isUniquelyReferenced(), dtype.isPlainData,
      owned.pointee.dtype.itemSize == dtype.itemSize,
      owned.pointee.elementCount == Shape.elementCount(shape)
    {
      return try Tensor(dtype: dtype, shape: shape, buffer: owned.pointee.buffer)
    }
    return try newOutput(index, shape: shape)
  }

  /// The kernel's scratch object, made by the first execution.
  @inlinable
  public func scratch<Scratch: AnyObject>(make: () -> Scratch) -> Scratch {
    if let known = scratch, type(of: known) == Scratch.self { return unsafeDowncast(known, to: Scratch.self) }
    let made = make()
    scratch = made
    return made
  }

  /// A variable's or other resource's object.
  /// **Errors**: `InvalidArgument` when the input is not a handle on a `Resource`.
  @inlinable
  public func resource<Resource: AnyObject>(_ index: Int, as kind: Resource.Type = Resource.self) throws -> Resource {
    let object = inputs[index].buffer.resource
    if let object, type(of: object) == Resource.self { return unsafeDowncast(object, to: Resource.self) }
    guard let object = object as? Resource else {
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
    // What goes may run functions when it ends (iterators over generators do), so it must not go with the lock held.
    let gone = lock.withLock {
      defer {
        resources = [:]
        nodeStates = [:]
        pendingNodes = [:]
        pendingResources = [:]
      }
      return (resources, nodeStates)
    }
    withExtendedLifetime(gone) {}
  }
}
