import EngineCore
import EngineGraph

/// The compiled form of one (fetches, targets, feeds) request: which nodes run, in which order, and where their
/// tensors live. Made once, run many times, by several threads at once.
///
/// Nodes run in the order in which they were created. That is a topological order, and it makes runs deterministic.
/// Reads of variables are the exception: they run as soon as what they wait for has run. A summary of a weight or of the
/// global step shows what the step began with, wherever in the program it stands, unless control dependencies say
/// otherwise.
public final class Plan: @unchecked Sendable {
  /// One prepared call.
  struct Step {
    let kernel: OpDefinition.Kernel
    let node: Node
    /// See ``KernelContext/execute(_:slots:inputs:outputs:)``.
    let inputs: UnsafePointer<Int32>
    let outputs: UnsafePointer<Int32>
  }

  let stepCount: Int
  private let steps: UnsafeMutablePointer<Step>
  /// The memory of the steps' inputs and outputs.
  private let places: UnsafeMutablePointer<Int32>
  let slotCount: Int
  public let feeds: [Output]
  private let feedSlots: [Int]
  /// Slot of each fetch, and whether the tensor can be moved out of it.
  private let fetchSlots: [(slot: Int, moves: Bool)]
  /// Slots that a run leaves filled.
  private let leftovers: [Int]
  /// Values known before the run.
  private let constants: [(slot: Int, value: Tensor)]
  /// Handles on the session's objects, which a frame looks up once.
  private let handles: [(slot: Int, node: Node)]

  private let lock = Lock()
  private var idleFrames: [Frame] = []
  /// Frames kept: as many threads as run one plan at once, usually.
  private static let frameLimit = 4
  /// Steps between two looks at the clock.
  private static let checkInterval = 4

  /// - Parameter wrapping: replaces kernels, such as by ones that measure their time.
  /// **Errors**: `Unimplemented` when a needed op has no kernel.
  public init(
    fetches: [Output], targets: [Node], feeds: [Output],
    wrapping: ((Node, @escaping OpDefinition.Kernel) -> OpDefinition.Kernel)? = nil
  ) throws {
    let compiler = PlanCompiler(fetches: fetches, targets: targets, feeds: feeds)
    for call in compiler.calls where call.node.definition.kernel == nil {
      throw EngineError(
        code: .unimplemented, "Op '\(call.node.type)' cannot be run: it has no kernel.", nodeName: call.node.name,
        origin: call.node.origin)
    }
    // Slots for what is read; -1 elsewhere.
    var slots = [Int32](repeating: -1, count: compiler.known.count)
    var count: Int32 = 0
    func slot(_ value: Int) -> Int32 {
      if slots[value] < 0 {
        slots[value] = count
        count += 1
      }
      return slots[value]
    }
    for call in compiler.calls { for input in call.inputs { _ = slot(input) } }
    let fetched = fetches.map { Int(slot(compiler.value($0))) }
    slotCount = Int(count)

    var isKept = [Bool](repeating: false, count: slotCount)
    for slot in fetched { isKept[slot] = true }
    var constants: [(slot: Int, value: Tensor)] = []
    for (value, tensor) in compiler.known.enumerated() {
      guard let tensor, slots[value] >= 0 else { continue }
      constants.append((Int(slots[value]), tensor))
    }
    handles = compiler.handles.compactMap { slots[$0.value] < 0 ? nil : (Int(slots[$0.value]), $0.node) }
    self.constants = constants
    let fixed = Set(constants.map(\.slot) + handles.map(\.slot))
    for slot in fixed { isKept[slot] = true }

    var lastReader = [Int](repeating: -1, count: slotCount)
    var placeCount = 0
    for (position, call) in compiler.calls.enumerated() {
      for input in call.inputs { lastReader[Int(slots[input])] = position }
      placeCount += call.inputs.count + call.node.outputTypes.count
    }
    stepCount = compiler.calls.count
    steps = .allocate(capacity: max(1, stepCount))
    places = .allocate(capacity: max(1, placeCount))
    var place = places
    for (position, call) in compiler.calls.enumerated() {
      let inputs = place
      for (index, input) in call.inputs.enumerated() {
        let slot = slots[input]
        // A tensor that the node reads twice is handed over only once.
        let isLast =
          lastReader[Int(slot)] == position && !isKept[Int(slot)] && !call.inputs[(index + 1)...].contains(input)
        place.initialize(to: slot * 2 + (isLast ? 1 : 0))
        place += 1
      }
      let outputs = place
      for index in call.node.outputTypes.indices {
        place.initialize(to: slots[call.firstOutput + index])
        place += 1
      }
      guard let kernel = call.node.definition.kernel else { continue }
      (steps + position).initialize(
        to: Step(
          kernel: wrapping?(call.node, kernel) ?? kernel, node: call.node, inputs: UnsafePointer(inputs),
          outputs: UnsafePointer(outputs)))
    }

    self.feeds = feeds
    feedSlots = feeds.map { Int(slots[compiler.fed[$0] ?? 0]) }
    fetchSlots = fetched.enumerated().map { index, slot in
      (slot, !fixed.contains(slot) && !fetched[(index + 1)...].contains(slot))
    }
    leftovers = (0..<slotCount).filter { slot in
      !fixed.contains(slot) && (lastReader[slot] < 0 || isKept[slot]) && !fetched.contains(slot)
    }
  }

  deinit {
    steps.deinitialize(count: stepCount)
    steps.deallocate()
    places.deallocate()
  }

  /// Runs the plan.
  ///
  /// - Parameter values: one for each of the plan's feeds, of the fed tensors' dtypes.
  /// - Returns: one tensor for each fetch.
  /// **Errors**: whatever a kernel reports, with the node's name and origin; `Cancelled`.
  /// **Threading**: reentrant; each run has a frame of its own.
  public func run(_ values: [Tensor], _ environment: ExecutionEnvironment) throws -> [Tensor] {
    let frame = try takeFrame(environment)
    do {
      let results = try run(values, frame)
      giveBack(frame)
      return results
    } catch {
      frame.reset(keeping: Set(constants.map(\.slot) + handles.map(\.slot)))
      giveBack(frame)
      throw error
    }
  }

  private func run(_ values: [Tensor], _ frame: Frame) throws -> [Tensor] {
    let (slots, contexts, cancellation) = (frame.slots, frame.contexts, frame.environment.cancellation)
    for (index, slot) in feedSlots.enumerated() where slot >= 0 && index < values.count { slots[slot] = values[index] }
    // Also for plans without steps, of known values alone.
    if cancellation.isCancelled { try cancellation.check() }
    for index in 0..<stepCount {
      if index % Plan.checkInterval == 0 {
        if cancellation.isCancelled { try cancellation.check() }
        try Interrupt.check()
      }
      let step = steps + index
      do {
        try contexts[index]._withUnsafeGuaranteedRef {
          try $0.execute(step.pointee.kernel, slots: slots, inputs: step.pointee.inputs, outputs: step.pointee.outputs)
        }
        try Interrupt.throwKept()
      } catch {
        throw Plan.located(error, step.pointee.node)
      }
    }
    var results: [Tensor] = []
    results.reserveCapacity(fetchSlots.count)
    for (slot, moves) in fetchSlots {
      guard let tensor = moves ? slots[slot].take() : slots[slot] else {
        throw EngineError.internal("a fetched tensor was not produced")
      }
      results.append(tensor)
    }
    for slot in leftovers { slots[slot] = nil }
    return results
  }

  /// The failure with the node that it happened at.
  fileprivate static func located(_ error: any Error, _ node: Node) -> any Error {
    guard var error = error as? EngineError else { return error }
    if error.nodeName == nil { error.nodeName = node.name }
    if error.origin == nil { error.origin = node.origin }
    return error
  }

  // MARK: Frames

  /// The storage of one run.
  final class Frame {
    let slots: UnsafeMutablePointer<Tensor?>
    let contexts: UnsafeMutablePointer<Unmanaged<KernelContext>>
    let environment: ExecutionEnvironment
    private let slotCount: Int
    private let stepCount: Int

    /// **Errors**: what looking up a handle reports.
    init(_ plan: Plan, _ environment: ExecutionEnvironment) throws {
      self.environment = environment
      slotCount = plan.slotCount
      stepCount = plan.stepCount
      slots = .allocate(capacity: max(1, slotCount))
      slots.initialize(repeating: nil, count: slotCount)
      contexts = .allocate(capacity: max(1, stepCount))
      for index in 0..<stepCount {
        (contexts + index).initialize(
          to: Unmanaged.passRetained(KernelContext(node: plan.steps[index].node, environment: environment)))
      }
      for constant in plan.constants { slots[constant.slot] = constant.value }
      for (slot, node) in plan.handles {
        do {
          let context = KernelContext(node: node, environment: environment)
          try node.definition.kernel?(context)
          slots[slot] = context.takeOutput(0)
        } catch {
          throw Plan.located(error, node)
        }
      }
    }

    deinit {
      for index in 0..<stepCount { contexts[index].release() }
      contexts.deallocate()
      slots.deinitialize(count: slotCount)
      slots.deallocate()
    }

    /// Empties the frame after a failure; constants and handles stay.
    func reset(keeping fixed: Set<Int>) {
      for slot in 0..<slotCount where !fixed.contains(slot) { slots[slot] = nil }
      for index in 0..<stepCount { contexts[index].takeUnretainedValue().reset() }
    }
  }

  private func takeFrame(_ environment: ExecutionEnvironment) throws -> Frame {
    let idle: Frame? = lock.withLock {
      if let last = idleFrames.last, last.environment === environment { return idleFrames.removeLast() }
      return nil
    }
    return try idle ?? Frame(self, environment)
  }

  private func giveBack(_ frame: Frame) {
    lock.withLock { if idleFrames.count < Plan.frameLimit { idleFrames.append(frame) } }
  }
}
