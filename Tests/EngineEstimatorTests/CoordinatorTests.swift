import EngineCore
import Synchronization
import Testing

@testable import EngineEstimator

/// A thread for the tests: alive until it is told to end.
private final class FakeThread: CoordinatedThread, @unchecked Sendable {
  let name: String
  private let alive = Mutex(true)
  private let endsAfter: Int
  private let joins = Mutex(0)

  init(_ name: String, endsAfterJoins: Int = .max) {
    self.name = name
    endsAfter = endsAfterJoins
  }

  var isAlive: Bool { alive.withLock { $0 } }
  func end() { alive.withLock { $0 = false } }
  func join(seconds: Double) {
    let count = joins.withLock { count in
      count += 1
      return count
    }
    if count >= endsAfter { end() }
  }
}

@Suite struct CoordinatorTests {
  private func failure(_ message: String = "reported") -> EngineError { EngineError.runtime(message) }

  @Test func startsAndStops() throws {
    let coordinator = Coordinator()
    #expect(!coordinator.shouldStop)
    #expect(try !coordinator.waitForStop(seconds: 0.01))
    try coordinator.requestStop()
    #expect(coordinator.shouldStop)
    #expect(try coordinator.waitForStop())
    #expect(!coordinator.joined)
    try coordinator.join()
    #expect(coordinator.joined)
    coordinator.clearStop()
    #expect(!coordinator.shouldStop && !coordinator.joined)
  }

  @Test func theFirstFailureIsReported() throws {
    let coordinator = Coordinator()
    try coordinator.requestStop(failure("first"))
    try coordinator.requestStop(failure("second"))
    expectFailure(.runtime, "first") { try coordinator.raiseRequestedError() }
    expectFailure(.runtime, "first") { try coordinator.join() }
    // After the join a failure can only be thrown.
    expectFailure(.runtime, "late") { try coordinator.requestStop(failure("late")) }
    try coordinator.requestStop()
  }

  @Test func theEndOfTheInputIsNoFailure() throws {
    let coordinator = Coordinator()
    try coordinator.stopOnError { throw EngineError.outOfRange("end") }
    #expect(coordinator.shouldStop)
    try coordinator.join()
    let strict = Coordinator(isCleanStop: { _ in false })
    try strict.stopOnError { throw EngineError.outOfRange("end") }
    expectFailure(.status, "end") { try strict.join() }
  }

  @Test func joinWaitsForThreads() throws {
    let coordinator = Coordinator()
    let threads = [FakeThread("a", endsAfterJoins: 3), FakeThread("b", endsAfterJoins: 1)]
    coordinator.register(threads[0])
    coordinator.register(threads[0])
    try coordinator.requestStop()
    try coordinator.join(threads)
    #expect(threads.allSatisfy { !$0.isAlive })
  }

  @Test func stragglersAreNamed() throws {
    let coordinator = Coordinator()
    let slow = FakeThread("slow_one")
    try coordinator.requestStop()
    expectFailure(.runtime, "Coordinator stopped with threads still running: slow_one") {
      try coordinator.join([slow], gracePeriod: 0.02)
    }
    let other = Coordinator()
    try other.requestStop()
    try other.join([slow], gracePeriod: 0.02, ignoresLiveThreads: true)
    #expect(other.joined)
  }

  @Test func threadsSeeTheRequest() async throws {
    let coordinator = Coordinator()
    let waiting = Task.detached { try coordinator.waitForStop() }
    try coordinator.requestStop()
    #expect(try await waiting.value)
  }
}
