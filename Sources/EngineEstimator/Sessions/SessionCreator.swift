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

  public init(
    graph: Graph, scaffold: Scaffold? = nil, checkpointDirectory: String? = nil, checkpointFile: String? = nil
  ) {
    self.graph = graph
    self.scaffold = scaffold ?? Scaffold()
    self.checkpointDirectory = checkpointDirectory
    self.checkpointFile = checkpointFile
  }

  /// Finalizes the scaffold and the graph, then makes a session: restore or initialise, then local initialisation.
  /// **Errors**: `RuntimeError` when variables have no value afterwards; `ValueError` when both a directory and a file
  /// are given; whatever the restore reports.
  public func createSession() throws -> Session {
    try scaffold.finalize(graph)
    let session = Session(graph: graph)
    do {
      try SessionPreparation(scaffold: scaffold, session: session)
        .prepare(directory: checkpointDirectory, file: checkpointFile)
      return session
    } catch {
      session.close()
      throw error
    }
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
    let start = Platform.monotonicTime()
    while true {
      let session = Session(graph: graph)
      do {
        let preparation = SessionPreparation(scaffold: scaffold, session: session)
        if try preparation.isReadyForLocalInit() == nil {
          try preparation.runLocalInit()
          if try preparation.isReady() == nil { return session }
        }
      } catch {
        session.close()
        throw error
      }
      session.close()
      if Platform.monotonicTime() - start + retryInterval > maximumWait {
        throw EngineError(
          code: .deadlineExceeded, "Session was not ready after waiting \(NumberText.text(maximumWait)) secs.")
      }
      try Interrupt.check()
      Platform.sleep(seconds: retryInterval)
    }
  }
}

/// The steps that bring a new session's variables to their values.
struct SessionPreparation {
  let scaffold: Scaffold
  let session: Session

  func prepare(directory: String?, file: String?) throws {
    if directory != nil && file != nil {
      throw EngineError.value("Can not provide both checkpoint_dir and checkpoint_filename_with_path.")
    }
    if try !restore(directory: directory, file: file) {
      if scaffold.initOp == nil && scaffold.initFunction == nil && scaffold.localInitOp == nil {
        throw EngineError.runtime(
          "Model is not initialized and no init_op or init_fn or local_init_op was given")
      }
      if let initOp = scaffold.initOp {
        _ = try session.run(fetches: [], targets: [initOp], feeds: scaffold.initFeeds)
      }
      try scaffold.initFunction?(scaffold, session)
    }
    if let missing = try isReadyForLocalInit() {
      throw EngineError.runtime(
        "Init operations did not make model ready for local_init.  Init op: \(name(scaffold.initOp)), init fn: "
          + "\(scaffold.initFunction == nil ? "None" : "given"), error: Variables not initialized: "
          + missing.joined(separator: ", "))
    }
    try runLocalInit()
    if let missing = try isReady() {
      throw EngineError.runtime(
        "Init operations did not make model ready.  Init op: \(name(scaffold.initOp)), init fn: "
          + "\(scaffold.initFunction == nil ? "None" : "given"), local_init_op: \(name(scaffold.localInitOp)), "
          + "error: Variables not initialized: " + missing.joined(separator: ", "))
    }
  }

  private func name(_ node: Node?) -> String { node?.name ?? "None" }

  /// Whether a checkpoint was there and has been restored.
  private func restore(directory: String?, file: String?) throws -> Bool {
    guard let saver = scaffold.saver else { return false }
    if let file {
      try saver.restore(session, file)
      return true
    }
    guard let directory, !directory.isEmpty else { return false }
    guard let state = try CheckpointFiles.state(in: directory) else { return false }
    try saver.restore(session, CheckpointFiles.soundPath(of: state))
    saver.recoverLastCheckpoints(state.allModelCheckpointPaths)
    return true
  }

  func runLocalInit() throws {
    guard let localInit = scaffold.localInitOp else { return }
    Logger.info("Running local_init_op.")
    _ = try session.run(fetches: [], targets: [localInit], feeds: scaffold.localInitFeeds)
    Logger.info("Done running local_init_op.")
  }

  /// The names of what keeps the model from being ready for local initialisation; `nil` when it is.
  func isReadyForLocalInit() throws -> [String]? { try missing(scaffold.readyForLocalInitCheck) }

  /// The names of what keeps the model from being ready; `nil` when it is.
  func isReady() throws -> [String]? { try missing(scaffold.readyCheck) }

  private func missing(_ check: Scaffold.ReadyCheck) throws -> [String]? {
    let names: [String]
    switch check {
    case .none: return nil
    case .op(let output):
      do {
        let value = try session.run(fetches: [output])[0]
        // Other types than strings say nothing about variables.
        names = value.dtype == .string ? value.strings.map { String(decoding: $0, as: UTF8.self) } : []
      } catch let error as EngineError where error.code == .failedPrecondition && error.kind == .status {
        return [error.message]
      }
    case .variables(let collections):
      var seen = Set<ObjectIdentifier>()
      let variables = collections.flatMap { session.graph.variables(in: $0) }
        .filter { seen.insert(ObjectIdentifier($0)).inserted }
      names = try VariableStorage.uninitialized(variables, in: session)
    }
    return names.isEmpty ? nil : names
  }
}
