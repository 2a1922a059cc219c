import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// A session that calls hooks, and that makes itself anew when it is lost.
///
/// A loop over it reads `while !session.shouldStop { try session.run(...) }`, inside ``use(_:)`` so that it is closed
/// the right way: the end of the input counts as success and lets hooks end; any other failure does not.
///
/// **Threading**: one thread at a time.
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/MonitoredSession
public final class MonitoredSession {
  public let graph: Graph
  public let hooks: [SessionRunHook]
  private let creator: any SessionCreator
  /// Whether a lost session is replaced by a new one (TensorFlow's `MonitoredSession`) or reported
  /// (`SingularMonitoredSession`).
  public let recovers: Bool
  /// Seconds that threads of the coordinator have to end when the session closes.
  public let stopGracePeriod: Double
  private let graphWasFinal: Bool
  private var inner: HookedSession?
  private var isClosed = false
  public private(set) var coordinator = Coordinator()

  /// Calls the hooks' `begin`, makes the session and calls their `afterCreateSession`.
  /// **Errors**: whatever hooks and the creator report.
  public init(
    graph: Graph, creator: any SessionCreator, hooks: [SessionRunHook] = [], recovers: Bool = true,
    stopGracePeriod: Double = 120
  ) throws {
    self.graph = graph
    self.creator = creator
    self.hooks = hooks
    self.recovers = recovers
    self.stopGracePeriod = stopGracePeriod
    graphWasFinal = graph.isFinalized
    for hook in hooks where hook.methods.contains(.begin) { try hook.begin(graph) }
    inner = recovers ? try createUntilAvailable() : try create()
  }

  private func create() throws -> HookedSession {
    let session = try creator.createSession()
    coordinator = Coordinator()
    do {
      for hook in hooks where hook.methods.contains(.afterCreateSession) {
        try hook.afterCreateSession(session, coordinator)
      }
    } catch {
      session.close()
      throw error
    }
    return HookedSession(session: session, hooks: hooks)
  }

  private func createUntilAvailable() throws -> HookedSession {
    while true {
      do {
        return try create()
      } catch let error as EngineError where error.isPreemption {
        Logger.info(
          "An error was raised while a session was being created. This may be due to a preemption of a connected worker "
            + "or parameter server. A new session will be created. Error: \(error)")
        try Interrupt.check()
      }
    }
  }

  /// The session below the hooks. After the end of a recovery it is another one.
  /// **Errors**: `RuntimeError` when closed.
  public func rawSession() throws -> Session {
    guard let inner else { throw EngineError.runtime("Session is already closed.") }
    return inner.session
  }

  /// Whether the loop is to end: a hook has asked for it, the coordinator has, or the session is closed.
  ///
  /// A failure that was reported to the coordinator ends the loop, too; ``close()`` throws it. When it says that the
  /// session is lost, the session is replaced and the loop goes on.
  public var shouldStop: Bool {
    if isClosed { return true }
    guard let inner else { return false }
    do {
      try coordinator.raiseRequestedError()
    } catch let error as EngineError where error.isPreemption && recovers {
      Logger.info(
        "An error was raised while considering whether the session is complete. This may be due to a preemption in a "
          + "connected worker or parameter server. The current session will be closed and a new session will be created. "
          + "Error: \(error)")
      abandonSession()
      return false
    } catch {
      return true
    }
    return inner.shouldStop || coordinator.shouldStop
  }

  private func abandonSession() {
    try? coordinator.requestStop()
    try? coordinator.join(gracePeriod: stopGracePeriod, ignoresLiveThreads: true)
    inner?.session.close()
    inner = nil
  }

  /// Runs a step with the hooks. A lost session is replaced and the step done again.
  /// **Errors**: `RuntimeError` when closed or asked to stop; whatever hooks and the run report.
  public func run(_ request: RunArguments) throws -> [Tensor] { try runWithMetadata(request).results }

  /// Runs a step with the hooks; the metadata are there when the request, or a hook, has options.
  public func runWithMetadata(
    _ request: RunArguments, attachment: AnyObject? = nil
  ) throws -> (results: [Tensor], metadata: RunMetadata?) {
    try withRecovery { try $0.run(request, attachment: attachment) }
  }

  /// Runs a step with the hooks.
  public func run(
    fetches: [Output], targets: [Node] = [], feeds: [(output: Output, value: Tensor)] = []
  ) throws -> [Tensor] {
    try run(RunArguments(fetches: fetches, targets: targets, feeds: feeds))
  }

  /// What a step function gets: the raw session, the session with hooks, and a way to end the loop.
  public struct StepContext {
    public let session: Session
    private let hooked: HookedSession

    init(_ hooked: HookedSession) {
      session = hooked.session
      self.hooked = hooked
    }

    /// As ``MonitoredSession/run(_:)``.
    public func runWithHooks(_ request: RunArguments) throws -> [Tensor] { try hooked.run(request).results }

    public func runWithMetadata(
      _ request: RunArguments, attachment: AnyObject? = nil
    ) throws -> (results: [Tensor], metadata: RunMetadata?) {
      try hooked.run(request, attachment: attachment)
    }

    /// **Errors**: always `StopIteration`.
    public func requestStop() throws {
      throw EngineError(
        kind: .stopIteration, code: .outOfRange, "step_fn has requested the iterations to stop.")
    }
  }

  /// Runs a function of the raw session as a step.
  public func runStep<Result>(_ body: (StepContext) throws -> Result) throws -> Result {
    try withRecovery { try body(StepContext($0)) }
  }

  private func withRecovery<Result>(_ body: (HookedSession) throws -> Result) throws -> Result {
    while true {
      if isClosed { throw EngineError.runtime("Run called on a closed session.") }
      do {
        if inner == nil { inner = try createUntilAvailable() }
        guard let inner else { throw EngineError.runtime("Session is already closed.") }
        do {
          return try body(inner)
        } catch let error as EngineError where !error.isPreemption {
          // A failure that another part has reported already is the cause of this one.
          try coordinator.raiseRequestedError()
          throw error
        }
      } catch let error as EngineError where error.isPreemption && recovers {
        Logger.info(
          "An error was raised. This may be due to a preemption of a connected worker or parameter server. The current "
            + "session will be closed and a new session will be created. Error: \(error)")
        abandonSession()
      }
    }
  }

  /// Ends well: hooks' `end`, then the session is closed.
  /// **Errors**: `RuntimeError` when closed already; whatever hooks report.
  public func close() throws { try finish(callingEnd: true) }

  /// Ends because of `error` (`nil`: ends well). The end of the input counts as a good end.
  /// - Returns: whether the error is dealt with; otherwise the caller passes it on.
  public func close(after error: (any Error)?) throws -> Bool {
    let isGood = error == nil || (error as? EngineError)?.isEndOfInput == true
    try finish(callingEnd: isGood)
    return isGood
  }

  private func finish(callingEnd: Bool) throws {
    if isClosed { throw EngineError.runtime("Session is already closed.") }
    if callingEnd && inner == nil { inner = try createUntilAvailable() }
    defer {
      inner?.session.close()
      inner = nil
      isClosed = true
      if !graphWasFinal { graph.unfinalize() }
    }
    // Hooks that end find the files that have been saved before.
    BackgroundFiles.shared.settle()
    var failure: (any Error)?
    if callingEnd, let session = inner?.session {
      do {
        for hook in hooks where hook.methods.contains(.end) { try hook.end(session) }
      } catch {
        failure = error
      }
    }
    try coordinator.requestStop()
    try coordinator.join(gracePeriod: stopGracePeriod, ignoresLiveThreads: true)
    if let failure { throw failure }
  }

  /// Runs `body`, then closes the session. The end of the input inside `body` is a normal way to leave it.
  public func use(_ body: (MonitoredSession) throws -> Void) throws {
    do {
      try body(self)
    } catch {
      guard try close(after: error) else { throw error }
      return
    }
    try close()
  }
}
