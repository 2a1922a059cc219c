import EngineCore
import EngineGraph

/// Makes a plan's list of calls from a request: prunes the graph, simplifies what is left, drops what nobody needs then,
/// and gives every tensor a slot.
///
/// Tensors have value numbers here. Nodes that only pass a tensor on give their output the number of their input, and
/// nodes that repeat another one the numbers of its outputs, so whatever is fed or fetched is still itself.
struct PlanCompiler {
  /// A node that the plan carries out.
  struct Call {
    let node: Node
    let inputs: [Int]
    let firstOutput: Int
    /// Wanted for its own sake: a target, or something that another node waits for.
    let isRoot: Bool
    var isNeeded = false
  }

  let fed: [Output: Int]
  private(set) var calls: [Call] = []
  /// Nodes that give a handle of the session, the same in every run.
  private(set) var handles: [(node: Node, value: Int)] = []
  /// Values known before the run.
  private(set) var known: [Tensor?] = []
  /// The value that stands for each.
  private var standIns: [Int32] = []

  private var positions: [ObjectIdentifier: Int] = [:]
  /// The number of each pruned node's first output.
  private var firstOutputs: [Int] = []
  private var simplifier = PlanSimplifier()

  init(fetches: [Output], targets: [Node], feeds: [Output]) {
    var numbers: [Output: Int] = [:]
    for feed in feeds where numbers[feed] == nil { numbers[feed] = numbers.count }
    fed = numbers
    let (nodes, roots) = prune(fetches: fetches, targets: targets)
    var count = fed.count
    firstOutputs.reserveCapacity(nodes.count)
    for (position, node) in nodes.enumerated() {
      positions[ObjectIdentifier(node)] = position
      firstOutputs.append(count)
      count += node.outputTypes.count
    }
    known = [Tensor?](repeating: nil, count: count)
    standIns = (0..<Int32(count)).map { $0 }
    for (position, node) in nodes.enumerated() { add(node, firstOutputs[position], roots) }
    dropUnneeded(fetches)
  }

  /// The nodes that the fetches and targets need, oldest first, stopping at fed tensors; and those among them that are
  /// needed for more than their outputs.
  private func prune(fetches: [Output], targets: [Node]) -> ([Node], Set<ObjectIdentifier>) {
    var needed = Set<ObjectIdentifier>()
    var roots = Set<ObjectIdentifier>(targets.map { ObjectIdentifier($0) })
    var nodes: [Node] = []
    var stack: [Node] = targets + fetches.filter { fed[$0] == nil }.map(\.node)
    while let node = stack.popLast() {
      guard needed.insert(ObjectIdentifier(node)).inserted else { continue }
      nodes.append(node)
      for input in node.inputs where fed.isEmpty || fed[input] == nil { stack.append(input.node) }
      for waited in node.controlInputs {
        // Whoever waits for a placeholder that is fed need not wait.
        if waited.type == "Placeholder", fed[waited.output()] != nil { continue }
        roots.insert(ObjectIdentifier(waited))
        stack.append(waited)
      }
    }
    PlanCompiler.sort(&nodes)
    return (nodes, roots)
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

  /// The number of the value that stands for an output.
  func value(_ output: Output) -> Int {
    if !fed.isEmpty, let number = fed[output] { return number }
    guard let position = positions[ObjectIdentifier(output.node)] else { return 0 }
    return Int(standIns[firstOutputs[position] + output.index])
  }

  private mutating func add(_ node: Node, _ firstOutput: Int, _ roots: Set<ObjectIdentifier>) {
    let outputCount = node.outputTypes.count
    if outputCount == 0, PlanSimplifier.doesNothing(node) { return }
    if node.type == "Const", let value = node.tensor("value") {
      setKnown(firstOutput, value)
      return
    }
    let inputs = node.inputs.map { value($0) }
    if PlanSimplifier.isHandle(node) {
      if let same = simplifier.handle(node, firstOutput) {
        standIns[firstOutput] = Int32(same)
      } else {
        handles.append((node, firstOutput))
      }
      return
    }
    switch simplifier.simplify(node, inputs, firstOutput, known) {
    case .forward(let values):
      for (index, value) in values.enumerated() { standIns[firstOutput + index] = Int32(value) }
    case .constants(let tensors):
      for (index, tensor) in tensors.enumerated() { setKnown(firstOutput + index, tensor) }
    case .none:
      calls.append(
        Call(
          node: node, inputs: inputs, firstOutput: firstOutput, isRoot: roots.contains(ObjectIdentifier(node))))
    }
  }

  private mutating func setKnown(_ number: Int, _ tensor: Tensor) {
    if let same = simplifier.sameConstant(number, tensor) {
      standIns[number] = Int32(same)
    } else {
      known[number] = tensor
    }
  }

  /// Keeps calls that have effects, that somebody waits for, or whose outputs are read.
  private mutating func dropUnneeded(_ fetches: [Output]) {
    var isRead = [Bool](repeating: false, count: known.count)
    for fetch in fetches { isRead[value(fetch)] = true }
    for index in calls.indices.reversed() {
      let call = calls[index]
      let outputs = call.firstOutput..<(call.firstOutput + call.node.outputTypes.count)
      guard call.isRoot || PlanSimplifier.hasEffects(call.node) || outputs.contains(where: { isRead[$0] }) else {
        continue
      }
      calls[index].isNeeded = true
      for input in call.inputs { isRead[input] = true }
    }
    calls.removeAll { !$0.isNeeded }
    handles.removeAll { !isRead[$0.value] }
  }
}
