import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// The counter of training steps as hooks see it.
public enum GlobalStep {
  /// The read that hooks share, if the graph has a global step.
  ///
  /// It is older than any update in the graph, so in the run of the training op it gives the value before the step.
  public static func read(in graph: Graph) throws -> Output? { try graph.globalStepRead() }

  /// The name of the global step's op: its variable's name.
  public static func name(in graph: Graph) throws -> String {
    switch try graph.globalStep() {
    case .variable(let variable)?: variable.nodeName
    case .tensor(let output)?: output.node.name
    default: CollectionName.globalStep
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
