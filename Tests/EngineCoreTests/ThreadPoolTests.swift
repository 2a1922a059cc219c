import EngineCore
import Glibc
import Synchronization
import Testing

/// Swift hides it, because it is rarely what one wants.
@_silgen_name("fork") private func forkProcess() -> pid_t

@Suite(.serialized) struct ThreadPoolTests {
  /// Runs a job that counts its calls, on `threads` threads.
  private func calls(_ count: Int, threads: Int = 4, grain: Int = 100_000) -> [Int] {
    let pool = ThreadPool.shared
    let before = pool.threadCount
    defer { pool.threadCount = before }
    pool.threadCount = threads
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: max(1, count))
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    nonisolated(unsafe) let shared = counts
    pool.parallelFor(count, nanosecondsEach: grain) { shared[$0] += 1 }
    return Array(counts.prefix(count))
  }

  @Test func everyIndexRunsOnce() {
    for count in [0, 1, 2, 3, 100, 10_000] {
      #expect(calls(count) == [Int](repeating: 1, count: count))
    }
    #expect(calls(1000, threads: 1) == [Int](repeating: 1, count: 1000))
    #expect(calls(1000, grain: 1) == [Int](repeating: 1, count: 1000))
  }

  @Test func manyShortJobsFollowOneAnother() {
    for _ in 0..<5000 { #expect(calls(7) == [1, 1, 1, 1, 1, 1, 1]) }
  }

  @Test func nestedCallsRunOnTheirCaller() {
    let total = Atomic<Int>(0)
    ThreadPool.shared.parallelFor(8) { _ in
      let outer = pthread_self()
      ThreadPool.shared.parallelFor(8) { _ in
        if pthread_equal(outer, pthread_self()) != 0 { total.add(1, ordering: .relaxed) }
      }
    }
    #expect(total.load(ordering: .relaxed) == 64)
  }

  @Test func concurrentCallersAreSafe() async {
    let total = Atomic<Int>(0)
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let own = Atomic<Int>(0)
          for _ in 0..<200 { ThreadPool.shared.parallelFor(16) { own.add($0, ordering: .relaxed) } }
          return own.load(ordering: .relaxed)
        }
      }
      for await sum in group { total.add(sum, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 8 * 200 * 120)
  }

  @Test func forkedChildStartsItsOwnWorkers() {
    #expect(calls(100) == [Int](repeating: 1, count: 100))
    let child = forkProcess()
    if child == 0 {
      let worked = calls(100) == [Int](repeating: 1, count: 100)
      _exit(worked ? 7 : 8)
    }
    var status: Int32 = 0
    #expect(waitpid(child, &status, 0) == child)
    #expect(status == 7 << 8)
  }

  @Test func threadCountIsKeptInRange() {
    let before = ThreadPool.shared.threadCount
    defer { ThreadPool.shared.threadCount = before }
    ThreadPool.shared.threadCount = 0
    #expect(ThreadPool.shared.threadCount == 1)
    ThreadPool.shared.threadCount = 1 << 20
    #expect(ThreadPool.shared.threadCount == ThreadPool.threadLimit)
  }

  /// In a child process, where no other suite runs beside it.
  @Test func idleWorkersUseNoTime() {
    let child = forkProcess()
    if child == 0 {
      _ = calls(100)
      usleep(20_000)
      func processorTime() -> Double {
        var usage = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usage)
        return Double(usage.tv_sec) + Double(usage.tv_nsec) * 1e-9
      }
      let before = processorTime()
      usleep(300_000)
      // Spinning workers would use 0.3 s each.
      _exit(processorTime() - before < 0.05 ? 7 : 8)
    }
    var status: Int32 = 0
    #expect(waitpid(child, &status, 0) == child)
    #expect(status == 7 << 8)
  }
}
