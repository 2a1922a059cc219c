import EngineCore
import Glibc

/// A flag that threads can wait for.
final class StopSignal: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var isRaised = false

  init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  var isSet: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return isRaised
  }

  func set(_ value: Bool) {
    pthread_mutex_lock(mutex)
    isRaised = value
    if value { pthread_cond_broadcast(condition) }
    pthread_mutex_unlock(mutex)
  }

  /// Waits until the flag is set, or `seconds` have passed (`nil`: for ever). Returns whether it is set.
  /// **Errors**: Ctrl-C.
  func wait(seconds: Double?) throws -> Bool {
    let end = seconds.map { Platform.monotonicTime() + $0 }
    while true {
      try Interrupt.check()
      let left = end.map { $0 - Platform.monotonicTime() }
      pthread_mutex_lock(mutex)
      if isRaised || (left ?? 1) <= 0 {
        defer { pthread_mutex_unlock(mutex) }
        return isRaised
      }
      // Short naps, so that Ctrl-C is noticed.
      let nap = max(0, min(left ?? 0.1, 0.1))
      var deadline = timespec()
      clock_gettime(CLOCK_REALTIME, &deadline)
      let nanoseconds = deadline.tv_nsec + Int(nap * 1e9)
      deadline.tv_sec += nanoseconds / 1_000_000_000
      deadline.tv_nsec = nanoseconds % 1_000_000_000
      pthread_cond_timedwait(condition, mutex, &deadline)
      pthread_mutex_unlock(mutex)
    }
  }
}
