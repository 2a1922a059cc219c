import Glibc

/// A plain mutual-exclusion lock at a stable address, for state that Swift's `Mutex` cannot express
/// (raw pointers, values handed across a fork).
public final class Lock: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  public init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  public func lock() { pthread_mutex_lock(mutex) }
  public func unlock() { pthread_mutex_unlock(mutex) }

  @discardableResult
  public func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Makes the lock free again in a forked child, whose copy may have been held by a thread that no longer exists.
  public func reinitializeAfterFork() { pthread_mutex_init(mutex, nil) }
}
