import EngineCore
import Synchronization

/// A flag that stops a run between two nodes, or inside kernels that wait.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)
  public init() {}
  public func cancel() { flag.store(true, ordering: .releasing) }
  public func reset() { flag.store(false, ordering: .releasing) }
  public var isCancelled: Bool { flag.load(ordering: .acquiring) }
  /// **Errors**: `Cancelled` once somebody has asked for it.
  public func check() throws {
    if isCancelled { throw EngineError.cancelled("Session was interrupted.") }
  }
}
