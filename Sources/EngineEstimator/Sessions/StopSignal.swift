import EngineCore

/// A flag that threads can wait for.
final class StopSignal: @unchecked Sendable {
  private let condition = Condition()
  private var isRaised = false

  var isSet: Bool { condition.withLock { isRaised } }

  func set(_ value: Bool) {
    condition.withLock {
      isRaised = value
      if value { condition.signalAll() }
    }
  }

  /// Waits until the flag is set, or `seconds` have passed (`nil`: for ever). Returns whether it is set.
  /// **Errors**: Ctrl-C.
  func wait(seconds: Double?) throws -> Bool {
    let end = seconds.map { Platform.monotonicTime() + $0 }
    while true {
      try Interrupt.check()
      let left = end.map { $0 - Platform.monotonicTime() } ?? .infinity
      condition.lock()
      defer { condition.unlock() }
      if isRaised || left <= 0 { return isRaised }
      condition.wait(seconds: min(left, 0.1))  // short naps, so that Ctrl-C is noticed
    }
  }
}
