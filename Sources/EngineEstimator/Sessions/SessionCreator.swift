import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// Makes sessions whose variables have values.
public protocol SessionCreator: AnyObject {
  func createSession() throws -> Session
}

/// Makes sessions from a checkpoint, or from initial values when there is none.
public final class ChiefSessionCreator: SessionCreator {
  public let graph: Graph
  public let scaffold: Scaffold
  public let checkpointDirectory: String?
  public let checkpointFile: String?
  /// Whether the sessions only read the variables, in a graph that ends with them and that nobody writes to a file.
  private let isForPrediction: Bool

  public convenience init(
    graph: Graph, scaffold: Scaffold? = nil, checkpointDirectory: String? = nil, checkpointFile: String? = nil
  ) {
    self.init(
      graph, scaffold ?? Scaffold(), directory: checkpointDirectory, file: checkpointFile, isForPrediction: false)
  }

  /// For sessions that predict.
  convenience init(predicting graph: Graph, scaffold: Scaffold, checkpointFile: String?) {
    self.init(graph, scaffold, directory: nil, file: checkpointFile, isForPrediction: true)
  }

  private init(_ graph: Graph, _ scaffold: Scaffold, directory: String?, file: String?, isForPrediction: Bool) {
    self.graph = graph
    self.scaffold = scaffold
    checkpointDirectory = directory
    checkpointFile = file
    self.isForPrediction = isForPrediction
  }

  /// Finalizes the scaffold and the graph, then makes a session: restore or initialise, then local initialisation.
  /// **Errors**: `RuntimeError` when variables have no value afterwards; `ValueError` when both a directory and a file
  /// are given; whatever the restore reports.
  public func createSession() throws -> Session {
    if isForPrediction { scaffold.defersReadyOps = true }
    try scaffold.finalize(graph)
    if isForPrediction { scaffold.saver?.sharesValues = true }
    return try SessionManager(graph: graph, scaffold: scaffold).prepareSession(
      initOp: scaffold.initOp, saver: scaffold.saver, checkpointDirectory: checkpointDirectory,
      checkpointFile: checkpointFile, initFeeds: scaffold.initFeeds,
      initFunction: scaffold.initFunction.map { function in { [scaffold] in try function(scaffold, $0) } })
  }
}

/// Makes sessions that wait until another process has given the variables their values.
public final class WorkerSessionCreator: SessionCreator {
  public let graph: Graph
  public let scaffold: Scaffold
  public let maximumWait: Double
  /// Seconds between two attempts.
  public var retryInterval = 30.0

  public init(graph: Graph, scaffold: Scaffold? = nil, maximumWait: Double = 30 * 60) {
    self.graph = graph
    self.scaffold = scaffold ?? Scaffold()
    self.maximumWait = maximumWait
  }

  /// **Errors**: `DeadlineExceeded` when the model is not ready in time.
  public func createSession() throws -> Session {
    try scaffold.finalize(graph)
    return try SessionManager(graph: graph, scaffold: scaffold, retryInterval: retryInterval)
      .waitForSession(maximumWait: maximumWait)
  }
}
