import Glibc

/// A condition variable with its lock.
public final class Condition: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  public init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    initialize()
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  private func initialize() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  public func lock() { pthread_mutex_lock(mutex) }
  public func unlock() { pthread_mutex_unlock(mutex) }

  public func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock()
    defer { unlock() }
    return try body()
  }

  /// Sleeps until somebody signals. The lock must be held.
  public func wait() { pthread_cond_wait(condition, mutex) }

  /// Sleeps until somebody signals, or the time has passed. The lock must be held.
  public func wait(seconds: Double) {
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    let nanoseconds = deadline.tv_nsec + Int(max(0, min(seconds, 3600)) * 1e9)
    deadline.tv_sec += nanoseconds / 1_000_000_000
    deadline.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(condition, mutex, &deadline)
  }

  public func signalAll() { pthread_cond_broadcast(condition) }

  /// Makes both free again in a forked child, where the threads that held them or waited are gone.
  public func reinitializeAfterFork() { initialize() }
}
