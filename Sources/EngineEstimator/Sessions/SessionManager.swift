import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// Makes sessions and brings their variables to their values: from a checkpoint, by initialisation, or by waiting until
/// somebody else has done it.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/SessionManager
public final class SessionManager {
  public typealias InitFunction = (Session) throws -> Void

  public let graph: Graph
  private let localInitOp: Node?
  private let localInitFeeds: [(Output, Tensor)]
  private let localInitFunction: InitFunction?
  private let readyOp: Output?
  private let readyForLocalInitOp: Output?
  /// Seconds between two attempts.
  public let retryInterval: Double

  /// - Parameters:
  ///   - readyOp: a vector of the names of what is missing; `nil` when every session counts as ready.
  ///   - readyForLocalInitOp: the same for the state before the local initialisation.
  /// **Errors**: `ValueError` for a `readyForLocalInitOp` without `localInitOp`.
  public init(
    graph: Graph, localInitOp: Node? = nil, localInitFeeds: [(Output, Tensor)] = [],
    localInitFunction: InitFunction? = nil, readyOp: Output? = nil, readyForLocalInitOp: Output? = nil,
    retryInterval: Double = 30
  ) throws {
    if let readyForLocalInitOp, localInitOp == nil, localInitFunction == nil {
      throw EngineError.value(
        "If you pass a ready_for_local_init_op you must also pass a local_init_op , ready_for_local_init_op "
          + "[\(readyForLocalInitOp.name)]")
    }
    self.graph = graph
    self.localInitOp = localInitOp
    self.localInitFeeds = localInitFeeds
    self.localInitFunction = localInitFunction
    self.readyOp = readyOp
    self.readyForLocalInitOp = readyForLocalInitOp
    self.retryInterval = retryInterval
  }

  /// A manager for the pieces of a finalized scaffold.
  convenience init(graph: Graph, scaffold: Scaffold, retryInterval: Double = 30) throws {
    try self.init(
      graph: graph, localInitOp: scaffold.localInitOp, localInitFeeds: scaffold.localInitFeeds,
      readyOp: scaffold.readyOp, readyForLocalInitOp: scaffold.readyForLocalInitOp, retryInterval: retryInterval)
  }

  /// A session that is restored from a checkpoint, or initialised when there is none.
  ///
  /// **Errors**: `RuntimeError` when nothing initialises it, or when something has no value afterwards; `ValueError`
  /// when both a directory and a file are given; whatever restore and initialisation report.
  public func prepareSession(
    initOp: Node? = nil, saver: Saver? = nil, checkpointDirectory: String? = nil, checkpointFile: String? = nil,
    waitsForCheckpoint: Bool = false, maximumWait: Double = 7200, initFeeds: [(Output, Tensor)] = [],
    initFunction: InitFunction? = nil
  ) throws -> Session {
    let session = Session(graph: graph)
    do {
      let isRestored = try restore(
        session, saver, checkpointDirectory, checkpointFile, waits: waitsForCheckpoint, maximumWait: maximumWait)
      if !isRestored {
        if initOp == nil && initFunction == nil && localInitOp == nil {
          throw EngineError.runtime("Model is not initialized and no init_op or init_fn or local_init_op was given")
        }
        if let initOp { _ = try session.run(fetches: [], targets: [initOp], feeds: initFeeds) }
        try initFunction?(session)
      }
      let initText =
        "Init op: \(initOp?.name ?? "None"), init fn: \(initFunction == nil ? "None" : "given")"
      if let missing = try runLocalInit(session) {
        throw EngineError.runtime(
          "Init operations did not make model ready for local_init.  \(initText), error: \(missing)")
      }
      if let missing = try missing(readyOp, in: session) {
        throw EngineError.runtime(
          "Init operations did not make model ready.  \(initText), local_init_op: \(localInitOp?.name ?? "None"), "
            + "error: \(missing)")
      }
      return session
    } catch {
      session.close()
      throw error
    }
  }

  /// A session that is restored from a checkpoint if there is one; `isRecovered` says that it is ready.
  public func recoverSession(
    saver: Saver? = nil, checkpointDirectory: String? = nil, checkpointFile: String? = nil,
    waitsForCheckpoint: Bool = false, maximumWait: Double = 7200
  ) throws -> (session: Session, isRecovered: Bool) {
    let session = Session(graph: graph)
    do {
      let isRestored = try restore(
        session, saver, checkpointDirectory, checkpointFile, waits: waitsForCheckpoint, maximumWait: maximumWait)
      guard isRestored else { return (session, false) }
      let restoring = checkpointFile ?? checkpointDirectory ?? ""
      if let missing = try runLocalInit(session) {
        Logger.info("Restoring model from \(restoring) did not make model ready for local init: \(missing)")
        return (session, false)
      }
      if let missing = try missing(readyOp, in: session) {
        Logger.info("Restoring model from \(restoring) did not make model ready: \(missing)")
        return (session, false)
      }
      Logger.info("Restored model from \(restoring)")
      return (session, true)
    } catch {
      session.close()
      throw error
    }
  }

  /// A session of a model that another process initialises.
  /// **Errors**: `DeadlineExceeded` when it is not ready in time.
  public func waitForSession(maximumWait: Double = .infinity) throws -> Session {
    let start = Platform.monotonicTime()
    while true {
      let session = Session(graph: graph)
      do {
        if try runLocalInit(session) == nil, try missing(readyOp, in: session) == nil { return session }
      } catch {
        session.close()
        throw error
      }
      session.close()
      let left = maximumWait - (Platform.monotonicTime() - start)
      if left - retryInterval < 0 {
        let text =
          maximumWait == maximumWait.rounded() && maximumWait.magnitude < 1e15
          ? "\(Int(maximumWait))" : NumberText.text(maximumWait)
        throw EngineError(code: .deadlineExceeded, "Session was not ready after waiting \(text) secs.")
      }
      Logger.info("Waiting for model to be ready.")
      _ = try StopSignal().wait(seconds: retryInterval)
    }
  }

  /// Whether a checkpoint was there and has been restored.
  private func restore(
    _ session: Session, _ saver: Saver?, _ directory: String?, _ file: String?, waits: Bool, maximumWait: Double
  ) throws -> Bool {
    if directory != nil && file != nil {
      throw EngineError.value("Can not provide both checkpoint_dir and checkpoint_filename_with_path.")
    }
    guard let saver else { return false }
    if let file {
      try saver.restore(session, file)
      return true
    }
    guard let directory, !directory.isEmpty else { return false }
    let start = Platform.monotonicTime()
    while true {
      if let state = try CheckpointFiles.state(in: directory) {
        try saver.restore(session, CheckpointFiles.soundPath(of: state))
        saver.recoverLastCheckpoints(state.allModelCheckpointPaths)
        return true
      }
      guard waits, Platform.monotonicTime() - start < maximumWait else { return false }
      Logger.info("Waiting for checkpoint to be available.")
      _ = try StopSignal().wait(seconds: min(retryInterval, maximumWait))
    }
  }

  /// Runs the local initialisation. Returns what keeps the model from being ready for it.
  private func runLocalInit(_ session: Session) throws -> String? {
    if localInitOp == nil && localInitFunction == nil { return nil }
    if let missing = try missing(readyForLocalInitOp, in: session) { return missing }
    if let localInitOp {
      Logger.info("Running local_init_op.")
      _ = try session.run(fetches: [], targets: [localInitOp], feeds: localInitFeeds)
      Logger.info("Done running local_init_op.")
    }
    try localInitFunction?(session)
    return nil
  }

  /// What keeps the model from being ready; `nil` when it is.
  private func missing(_ ready: Output?, in session: Session) throws -> String? {
    guard let ready else { return nil }
    do {
      let value = try session.run(fetches: [ready])[0]
      // Other types than strings say nothing about variables.
      guard value.dtype == .string, value.elementCount > 0 else { return nil }
      let names = value.strings.map { String(decoding: $0, as: UTF8.self) }
      return "Variables not initialized: " + names.joined(separator: ", ")
    } catch let error as EngineError where error.code == .failedPrecondition && error.kind == .status {
      return error.message
    }
  }
}
