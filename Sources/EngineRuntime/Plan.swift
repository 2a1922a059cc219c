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
    let node: Node
    let kernel: OpDefinition.Kernel
    let inputSlots: [Int]
    /// For each input, whether this is the last reader, which may then take the tensor over.
    let isLastUse: [Bool]
    /// The slot of each output; `nil` for outputs that nobody reads.
    let outputSlots: [Int?]
  }

  let steps: [Step]
  let slotCount: Int
  let feedSlots: [Int?]
  let feeds: [Output]
  /// Slot of each fetch.
  let fetchSlots: [Int]
  /// Values known before the run.
  let constants: [(slot: Int, value: Tensor)]

  private let lock = Lock()
  private var idleFrames: [Frame] = []

  /// - Parameter wrapping: replaces kernels, such as by ones that measure their time.
  /// **Errors**: `Unimplemented` when a needed op has no kernel.
  public init(
    fetches: [Output], targets: [Node], feeds: [Output],
    wrapping: ((Node, @escaping OpDefinition.Kernel) -> OpDefinition.Kernel)? = nil
  ) throws {
    let fed = Set(feeds)
    // Prune: only what the fetches and targets need, stopping at fed tensors.
    var needed = Set<ObjectIdentifier>()
    var nodes: [Node] = []
    var stack: [Node] = targets + fetches.filter { !fed.contains($0) }.map(\.node)
    while let node = stack.popLast() {
      guard needed.insert(ObjectIdentifier(node)).inserted else { continue }
      nodes.append(node)
      for input in node.inputs where !fed.contains(input) { stack.append(input.node) }
      // Whoever waits for a placeholder that is fed need not wait.
      stack.append(contentsOf: node.controlInputs.filter { $0.type != "Placeholder" || !fed.contains($0.output()) })
    }
    Plan.sort(&nodes)

    var slots: [Output: Int] = [:]
    func slot(_ output: Output) -> Int {
      if let known = slots[output] { return known }
      slots[output] = slots.count
      return slots.count - 1
    }
    for node in nodes { for input in node.inputs { _ = slot(input) } }
    fetchSlots = fetches.map(slot)
    feedSlots = feeds.map { slots[$0] }

    var constants: [(Int, Tensor)] = []
    var lastReader: [Int: Int] = [:]
    let pinned = Set(fetchSlots)
    var executed: [Node] = []
    var constantSlots = Set<Int>()
    for node in nodes {
      if node.type == "Const", let value = node.tensor("value") {
        if let index = slots[node.output()], !fed.contains(node.output()) {
          constants.append((index, value))
          constantSlots.insert(index)
        }
        continue
      }
      for input in node.inputs { if let index = slots[input] { lastReader[index] = executed.count } }
      executed.append(node)
    }
    var steps: [Step] = []
    steps.reserveCapacity(executed.count)
    for (position, node) in executed.enumerated() {
      guard let kernel = node.definition.kernel else {
        throw EngineError(
          code: .unimplemented, "Op '\(node.type)' cannot be run: it has no kernel.", nodeName: node.name,
          origin: node.origin)
      }
      let inputSlots = node.inputs.compactMap { slots[$0] }
      var isLastUse = inputSlots.map {
        lastReader[$0] == position && !pinned.contains($0) && !constantSlots.contains($0)
      }
      // A tensor that the node reads twice is handed over only once.
      for (index, slot) in inputSlots.enumerated() where isLastUse[index] {
        if inputSlots[(index + 1)...].contains(slot) { isLastUse[index] = false }
      }
      let outputs = node.outputs.map { fed.contains($0) ? nil : slots[$0] }
      steps.append(
        Step(
          node: node, kernel: wrapping?(node, kernel) ?? kernel, inputSlots: inputSlots, isLastUse: isLastUse,
          outputSlots: outputs))
    }
    self.steps = steps
    self.constants = constants
    self.feeds = feeds
    slotCount = slots.count
  }

  /// Sorts nodes by their creation, with reads of variables right behind what they wait for.
  private static func sort(_ nodes: inout [Node]) {
    nodes.sort { $0.id < $1.id }
    var place: [ObjectIdentifier: Int] = [:]
    for node in nodes where node.type == "ReadVariableOp" {
      // Nodes outside of the plan have been fed, or need not be waited for; taking them along moves the read less.
      let before = node.inputs.map(\.node) + node.controlInputs
      place[ObjectIdentifier(node)] = before.map { place[ObjectIdentifier($0)] ?? $0.id }.max() ?? node.id
    }
    if place.isEmpty { return }
    nodes.sort { a, b in
      let first = place[ObjectIdentifier(a)] ?? a.id
      let second = place[ObjectIdentifier(b)] ?? b.id
      return first == second ? a.id < b.id : first < second
    }
  }

  /// Runs the plan.
  ///
  /// - Parameter values: one for each of the plan's feeds, of the fed tensors' dtypes.
  /// - Returns: one tensor for each fetch.
  /// **Errors**: whatever a kernel reports, with the node's name and origin; `Cancelled`.
  /// **Threading**: reentrant; each run has a frame of its own.
  public func run(_ values: [Tensor], _ environment: ExecutionEnvironment) throws -> [Tensor] {
    let frame = takeFrame(environment)
    defer { giveBack(frame) }
    for (index, value) in values.enumerated() { if let slot = feedSlots[index] { frame.slots[slot] = value } }
    for (index, step) in steps.enumerated() {
      if environment.cancellation.isCancelled { try environment.cancellation.check() }
      try Interrupt.check()
      let context = frame.contexts[index]
      for (input, slot) in step.inputSlots.enumerated() {
        guard let tensor = frame.slots[slot] else { throw missing(step.node.inputs[input], step.node) }
        if step.isLastUse[input] { frame.slots[slot] = nil }
        context.appendInput(tensor)
      }
      do {
        try step.kernel(context)
        try Interrupt.throwKept()
      } catch var error as EngineError {
        if error.nodeName == nil { error.nodeName = step.node.name }
        if error.origin == nil { error.origin = step.node.origin }
        throw error
      }
      context.removeInputs()
      for (output, slot) in step.outputSlots.enumerated() {
        let tensor = context.takeOutput(output)
        if let slot { frame.slots[slot] = tensor }
      }
    }
    return try fetchSlots.map { slot in
      guard let tensor = frame.slots[slot] else {
        throw EngineError.internal("a fetched tensor was not produced")
      }
      return tensor
    }
  }

  private func missing(_ input: Output, _ node: Node) -> EngineError {
    EngineError(
      code: .internal, "input \(input.name) was not produced before it was needed", nodeName: node.name,
      origin: node.origin)
  }

  // MARK: Frames

  /// The storage of one run.
  final class Frame {
    var slots: [Tensor?]
    let contexts: [KernelContext]
    let environment: ExecutionEnvironment

    init(_ plan: Plan, _ environment: ExecutionEnvironment) {
      slots = [Tensor?](repeating: nil, count: plan.slotCount)
      for constant in plan.constants { slots[constant.slot] = constant.value }
      contexts = plan.steps.map { KernelContext(node: $0.node, environment: environment) }
      self.environment = environment
    }
  }

  private func takeFrame(_ environment: ExecutionEnvironment) -> Frame {
    lock.withLock {
      if let last = idleFrames.last, last.environment === environment {
        idleFrames.removeLast()
        return last
      }
      return nil
    } ?? Frame(self, environment)
  }

  /// Empties a frame (constants stay) and keeps it for the next run.
  private func giveBack(_ frame: Frame) {
    for slot in frame.slots.indices { frame.slots[slot] = nil }
    for constant in constants { frame.slots[constant.slot] = constant.value }
    for context in frame.contexts {
      context.removeInputs()
      for output in context.outputs.indices { _ = context.takeOutput(output) }
    }
    lock.withLock { if idleFrames.count < 4 { idleFrames.append(frame) } }
  }
}
