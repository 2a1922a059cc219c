import EngineCore
import EngineGraph
import EngineRuntime

/// The counter of training steps as hooks see it.
public enum GlobalStep {
  /// The read that hooks share, if the graph has a global step.
  ///
  /// It is older than any update in the graph, so in the run of the training op it gives the value before the step.
  public static func read(in graph: Graph) throws -> Output? {
    for item in graph.collection(GraphKeys.globalStepRead) {
      if case .output(let output) = item { return output }
    }
    guard let step = item(in: graph) else { return nil }
    let read: Output
    switch step {
    case .object(let object):
      guard let variable = object as? any GraphVariable else { return nil }
      read = variable.readOutput
    case .output(let output):
      if output.dtype == .resource {
        return nil
      }
      read = output
    case .node(let node): read = node.output()
    }
    graph.addToCollection(GraphKeys.globalStepRead, .output(read))
    return read
  }

  private static func item(in graph: Graph) -> CollectionItem? {
    if let first = graph.collection(GraphKeys.globalStep).first { return first }
    return graph.node(named: "global_step").flatMap { $0.outputTypes.first == .int64 ? .output($0.output()) : nil }
  }

  /// The name of the global step's op: its variable's name.
  public static func name(in graph: Graph) -> String {
    switch item(in: graph) {
    case .object(let object)?: (object as? any GraphVariable)?.variableName ?? GraphKeys.globalStep
    case .output(let output)?: output.node.name
    case .node(let node)?: node.name
    case nil: GraphKeys.globalStep
    }
  }

  /// **Errors**: `RuntimeError` when the graph has no global step.
  static func required(by hook: String, in graph: Graph) throws -> Output {
    guard let read = try read(in: graph) else {
      throw EngineError.runtime("Global step should be created to use \(hook).")
    }
    return read
  }

  /// The value now.
  static func value(_ read: Output, in session: Session) throws -> Int {
    try session.run(fetches: [read])[0].integerScalar()
  }
}
