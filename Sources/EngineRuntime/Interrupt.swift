import EngineCore
import Glibc

/// Asks the host language now and then whether the user wants to stop (Ctrl-C), so that a long run can be interrupted.
public enum Interrupt {
  nonisolated(unsafe) private static var poll: (@Sendable () -> EngineError?)?
  nonisolated(unsafe) private static var lastPoll: Int = 0

  /// Nanoseconds between two questions.
  static let interval = 50_000_000

  public static func install(_ poll: @escaping @Sendable () -> EngineError?) { self.poll = poll }

  /// Cheap enough to be called before every node: a coarse clock is read, and the host asked when it is time.
  /// **Errors**: what the host answers.
  public static func check() throws {
    guard let poll else { return }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now)
    let time = now.tv_sec &* 1_000_000_000 &+ now.tv_nsec
    // A lost update between threads only means one question more or less.
    guard time &- lastPoll > interval else { return }
    lastPoll = time
    if let error = poll() { throw error }
  }
}
