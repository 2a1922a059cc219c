import EngineCore

/// A thread that a ``Coordinator`` can wait for.
public protocol CoordinatedThread: AnyObject {
  var name: String { get }
  var isAlive: Bool { get }
  /// Waits for its end, `seconds` at most.
  func join(seconds: Double) throws
}

/// Lets the threads of a training process tell each other to stop, and hands one thread's failure to the others.
///
/// **Threading**: any number of threads.
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/train/Coordinator
public final class Coordinator: @unchecked Sendable {
  private let lock = Lock()
  private let signal = StopSignal()
  private let isCleanStop: @Sendable (EngineError) -> Bool
  private var failure: EngineError?
  private var threads: [any CoordinatedThread] = []
  private var isJoined = false

  /// - Parameter isCleanStop: which failures mean only that there is no more to do; by default the end of the input.
  public init(isCleanStop: @escaping @Sendable (EngineError) -> Bool = { $0.code == .outOfRange }) {
    self.isCleanStop = isCleanStop
  }

  public var shouldStop: Bool { signal.isSet }
  /// Whether ``join(_:gracePeriod:ignoresLiveThreads:)`` has ended.
  public var joined: Bool { lock.withLock { isJoined } }

  /// Asks everybody to stop; the first failure given is the one that is reported.
  /// **Errors**: the failure, when it comes after `join`.
  public func requestStop(_ error: EngineError? = nil) throws {
    let failure = error.flatMap { isCleanStop($0) ? nil : $0 }
    try lock.withLock {
      if isJoined {
        if let failure { throw failure }
        return
      }
      if signal.isSet { return }
      if let failure {
        Logger.info("Error reported to Coordinator: \(Coordinator.text(failure))")
        if self.failure == nil { self.failure = failure }
      }
      signal.set(true)
    }
  }

  /// Kind and message; a host's errors bring a text with both.
  private static func text(_ error: EngineError) -> String {
    if error.kind == .host { return error.message }
    return "\(error.kind == .status ? "\(error.code)" : "\(error.kind)"), \(error.message)"
  }

  /// Takes the request back, so that the coordinator can be used again.
  public func clearStop() {
    lock.withLock {
      isJoined = false
      failure = nil
      signal.set(false)
    }
  }

  /// Waits until somebody asks to stop, `seconds` at most (`nil`: for ever). Returns whether somebody has.
  public func waitForStop(seconds: Double? = nil) throws -> Bool { try signal.wait(seconds: seconds) }

  /// Adds a thread that `join` waits for.
  public func register(_ thread: any CoordinatedThread) {
    lock.withLock { if !threads.contains(where: { $0 === thread }) { threads.append(thread) } }
  }

  /// Runs `body`; a failure in it becomes a request to stop.
  public func stopOnError(_ body: () throws -> Void) throws {
    do { try body() } catch let error as EngineError { try requestStop(error) }
  }

  /// Waits for the registered threads and `others`. Once somebody has asked to stop, they have `gracePeriod` seconds to
  /// end.
  /// **Errors**: the failure given to ``requestStop(_:)``; `RuntimeError` naming threads that are still alive.
  public func join(
    _ others: [any CoordinatedThread] = [], gracePeriod: Double = 120, ignoresLiveThreads: Bool = false
  ) throws {
    let all = lock.withLock { threads + others.filter { other in !threads.contains { $0 === other } } }
    while all.contains(where: \.isAlive), try !signal.wait(seconds: 0.05) {}
    let end = Platform.monotonicTime() + gracePeriod
    var patience = 0.001
    while all.contains(where: \.isAlive), Platform.monotonicTime() <= end {
      for thread in all where thread.isAlive { try thread.join(seconds: patience) }
      try Interrupt.check()
      patience = min(patience * 2, 0.1)
    }
    let stragglers = all.filter(\.isAlive).map(\.name).joined(separator: " ")
    let failure = lock.withLock {
      isJoined = true
      threads.removeAll()
      return self.failure
    }
    if let failure { throw failure }
    if stragglers.isEmpty { return }
    let message = "Coordinator stopped with threads still running: \(stragglers)"
    if !ignoresLiveThreads { throw EngineError.runtime(message) }
    Logger.info(message)
  }

  /// **Errors**: the failure that was given to ``requestStop(_:)``.
  public func raiseRequestedError() throws { if let failure = lock.withLock({ failure }) { throw failure } }
}
