/// Fork-join over a fixed set of threads.
public final class ThreadPool: @unchecked Sendable {
  public static let shared = ThreadPool()

  /// Calls `body` once for every index below `count` and returns when all calls have; the order is unspecified.
  public func parallelFor(_ count: Int, _ body: (Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}
