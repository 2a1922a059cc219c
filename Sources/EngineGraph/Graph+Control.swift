import EngineCore

/// One `control_dependencies` block.
struct ControlFrame {
  let inputs: [Node]
  /// Whether the block hides those around it (`control_dependencies(None)`).
  let isClearing: Bool
  /// Ids of the nodes made in it, which therefore already wait for its inputs.
  var members: Set<Int> = []
}

extension Graph {
  public func enterControlDependencies(_ inputs: [Node]?) {
    controlFrames.append(ControlFrame(inputs: inputs ?? [], isClearing: inputs == nil))
  }

  public func leaveControlDependencies() { _ = controlFrames.popLast() }

  public func withControlDependencies<Result>(_ inputs: [Node]?, _ body: () throws -> Result) rethrows -> Result {
    enterControlDependencies(inputs)
    defer { leaveControlDependencies() }
    return try body()
  }

  /// Runs `body` at the root scope without any control dependencies: where variables' initializers belong.
  public func withInitScope<Result>(_ body: () throws -> Result) rethrows -> Result {
    let scope = nameScope
    nameScope = ""
    defer { nameScope = scope }
    return try withControlDependencies(nil, body)
  }

  /// The control inputs that a new node with these data inputs gets from the open blocks. A block is skipped when one
  /// of the data inputs was made inside it.
  func currentControlInputs(for inputs: [Output]) -> [Node] {
    var result: [Node] = []
    for frame in controlFrames.reversed() {
      if !inputs.contains(where: { frame.members.contains($0.node.id) }) {
        for node in frame.inputs where !result.contains(where: { $0 === node }) { result.append(node) }
      }
      if frame.isClearing { break }
    }
    return result
  }

  func recordInControlFrames(_ node: Node) {
    for index in controlFrames.indices { controlFrames[index].members.insert(node.id) }
  }
}
