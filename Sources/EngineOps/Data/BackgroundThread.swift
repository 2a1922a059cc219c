import EngineCore
import Glibc

extension Condition {
  /// Sleeps until somebody signals, or a short time has passed, so that callers can look for cancellation. The lock
  /// must be held.
  func waitBriefly() { wait(seconds: 0.05) }
}

enum MonotonicClock {
  static func nanoseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec &* 1_000_000_000 &+ now.tv_nsec
  }
}

/// Threads of input pipelines.
enum BackgroundThread {
  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  /// Runs `body` on a thread of its own, which nobody waits for.
  /// **Errors**: `ResourceExhausted` when the system has no thread to give.
  static func start(_ body: @escaping @Sendable () -> Void) throws {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let box = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw EngineError.resourceExhausted("cannot start a thread for the input pipeline (error \(status))")
    }
  }

  /// How many threads AUTOTUNE stands for.
  static var defaultCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
