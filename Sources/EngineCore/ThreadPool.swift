/// Fork-join over a fixed set of threads.
public final class ThreadPool: @unchecked Sendable {
  public static let shared = ThreadPool()

  /// Threads that take part at most, the caller included; 1 runs everything on the caller.
  public var threadCount: Int {
    get { 1 }
    set { _ = newValue }
  }

  /// Calls `body` once for every index below `count` and returns when all calls have; the order is unspecified.
  ///
  /// - Parameter grain: how many nanoseconds one call takes, roughly: below some microseconds in all, no other thread
  ///   is woken.
  public func parallelFor(_ count: Int, nanosecondsEach grain: Int = 100_000, _ body: (Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}
