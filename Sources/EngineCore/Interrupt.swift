import CEngineShims
import Glibc
import Synchronization

/// Asks the host language now and then whether the user wants to stop (Ctrl-C), so that a long run can be interrupted.
public enum Interrupt {
  nonisolated(unsafe) private static var poll: (@Sendable () -> EngineError?)?
  nonisolated(unsafe) private static var lastPoll: Int = 0
  /// What the host answered while the asker could not throw, with its thread; guarded by `lock`.
  nonisolated(unsafe) private static var kept: [(thread: pthread_t, error: EngineError)] = []
  private static let keptCount = Atomic<Int>(0)
  private static let lock = Lock()

  /// Nanoseconds between two questions.
  static let interval = 50_000_000

  public static func install(_ poll: @escaping @Sendable () -> EngineError?) { self.poll = poll }

  /// Cheap enough to be called before every node: a coarse clock is read, and the host asked when it is time.
  /// **Errors**: what the host answers.
  public static func check() throws {
    try throwKept()
    if let error = ask() { throw error }
  }

  /// For loops of kernels that cannot throw: whether to leave off, with a result that nobody will see. The answer is
  /// kept for this thread's next ``throwKept()``.
  public static func isWanted() -> Bool {
    if hasKept() { return true }
    guard let error = ask() else { return false }
    keep(error)
    return true
  }

  /// Keeps a failure for this thread's next ``check()`` or ``throwKept()``.
  public static func keep(_ error: EngineError) {
    lock.withLock { kept.append((pthread_self(), error)) }
    keptCount.add(1, ordering: .relaxed)
  }

  /// **Errors**: the answer that ``isWanted()`` has kept for this thread.
  public static func throwKept() throws {
    guard keptCount.load(ordering: .relaxed) > 0 else { return }
    let error: EngineError? = lock.withLock {
      guard let index = kept.firstIndex(where: { $0.thread == pthread_self() }) else { return nil }
      keptCount.subtract(1, ordering: .relaxed)
      return kept.remove(at: index).error
    }
    if let error { throw error }
  }

  private static func hasKept() -> Bool {
    guard keptCount.load(ordering: .relaxed) > 0 else { return false }
    return lock.withLock { kept.contains { $0.thread == pthread_self() } }
  }

  private static func ask() -> EngineError? {
    guard let poll else { return nil }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    let time = now.tv_sec &* 1_000_000_000 &+ now.tv_nsec
    // Only the process's first thread gets an answer, so others must not use its turn up.
    guard time &- lastPoll > interval, engine_is_first_thread() != 0 else { return nil }
    lastPoll = time
    return poll()
  }
}
