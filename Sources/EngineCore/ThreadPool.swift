import CEngineShims
import Glibc
import Synchronization

/// Fork-join over a fixed set of threads.
///
/// Workers start when they are first needed, look for work for some microseconds after each job, then sleep. A forked
/// child starts its own. A call waits for indices that somebody has begun, never for a worker that has yet to begin one:
/// when the other processors are busy with other things, the caller does all of the work itself.
/// **Threading**: any thread may call; while one call runs, others (also nested ones) do their work on their own thread.
public final class ThreadPool: @unchecked Sendable {
  public static let shared = ThreadPool()

  /// Threads of the process at most, whatever is asked for.
  public static let threadLimit = 256
  /// Work that takes less is not worth handing to a thread that is waiting for it, in nanoseconds.
  static let worthwhile = 20_000
  /// Work that takes less is not worth waking a thread for.
  static let worthWaking = 50_000
  /// How often a worker looks for work before it sleeps: some tens of microseconds, as long as the steps between two
  /// products of a training step take.
  private static let spinCount = 2000

  private let wanted: Atomic<Int>
  /// Whether a call is under way.
  private let isBusy = Atomic<Bool>(false)
  /// The number of the job in the upper half, the next index to begin in the lower one. Whoever moves it on from a state
  /// that it has read may rely on the job's fields as they were then: they change only between jobs.
  private let ticket = Atomic<UInt64>(0)
  private let sleeperCount = Atomic<Int>(0)
  /// Indices of the job that are done.
  private let finished = Atomic<Int>(0)
  // The job.
  private let body = Atomic<UInt>(0)
  private let count = Atomic<Int>(0)
  private let helperCount = Atomic<Int>(0)
  /// Workers that have been started; changed by the owner of `isBusy` only.
  private var workerCount = 0
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  private typealias Body = UnsafePointer<(Int) -> Void>
  private static let indexMask: UInt64 = 0xffff_ffff

  private init() {
    wanted = Atomic(ThreadPool.defaultThreadCount())
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    // The parent's workers do not exist in the child, and whatever they held is not held there.
    pthread_atfork(nil, nil) { ThreadPool.shared.restartAfterFork() }
  }

  private func restartAfterFork() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    workerCount = 0
    sleeperCount.store(0, ordering: .sequentiallyConsistent)
    isBusy.store(false, ordering: .sequentiallyConsistent)
  }

  /// The environment variable `SWIFTESTIMATOR_NUM_THREADS`, or as many as there are processors to run on.
  private static func defaultThreadCount() -> Int {
    if let text = getenv("SWIFTESTIMATOR_NUM_THREADS"), let number = Int(String(cString: text)), number > 0 {
      return min(number, threadLimit)
    }
    return max(1, min(Int(engine_processor_count()), threadLimit))
  }

  /// Threads that take part at most, the caller included; 1 runs everything on the caller.
  public var threadCount: Int {
    get { wanted.load(ordering: .relaxed) }
    set { wanted.store(max(1, min(newValue, ThreadPool.threadLimit)), ordering: .relaxed) }
  }

  /// Calls `body` once for every index below `count` and returns when all calls have; the order is unspecified.
  ///
  /// - Parameter grain: how many nanoseconds one call takes, roughly: below some microseconds in all, no other thread
  ///   is woken.
  /// - Parameter mayStop: whether calls may be left out once the user wants to stop (``Interrupt/isWanted()``); only
  ///   for loops that write nothing but what the run discards then.
  public func parallelFor(
    _ count: Int, nanosecondsEach grain: Int = 100_000, mayStop: Bool = false, _ body: (Int) -> Void
  ) {
    if count <= 0 { return }
    if mayStop, Interrupt.isWanted() { return }
    let (total, overflow) = count.multipliedReportingOverflow(by: max(1, grain))
    let useful = overflow ? threadCount : total / (ThreadPool.worthwhile / 2)
    let threads = UInt64(count) < ThreadPool.indexMask ? min(threadCount, count, useful) : 1
    guard threads > 1, isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for index in 0..<count {
        if mayStop, Interrupt.isWanted() { return }
        body(index)
      }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      withUnsafePointer(to: escaping) { run($0, count, threads, total: overflow ? .max : total, mayStop) }
    }
    isBusy.store(false, ordering: .releasing)
  }

  /// One job from start to end, on the thread that owns `isBusy`.
  private func run(_ body: Body, _ count: Int, _ threads: Int, total: Int, _ mayStop: Bool) {
    startWorkers(threads - 1)
    let job = (ticket.load(ordering: .relaxed) >> 32 &+ 1) & ThreadPool.indexMask
    self.body.store(UInt(bitPattern: body), ordering: .releasing)
    self.count.store(count, ordering: .releasing)
    helperCount.store(threads - 1, ordering: .releasing)
    finished.store(0, ordering: .relaxed)
    ticket.store(job << 32, ordering: .sequentiallyConsistent)
    if total >= ThreadPool.worthWaking, sleeperCount.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
    while !(mayStop && Interrupt.isWanted()), let index = claim(job, count) {
      ThreadPool.call(body, index)
      finished.add(1, ordering: .relaxed)
    }
    // Nobody begins another index; wait for those that have been begun.
    let end = job << 32 | ThreadPool.indexMask
    let begun = Int(ticket.exchange(end, ordering: .acquiringAndReleasing) & ThreadPool.indexMask)
    var spins = 0
    while finished.load(ordering: .acquiring) < begun {
      spins += 1
      if spins & 1023 == 0 { sched_yield() } else { engine_spin_hint() }
    }
  }

  /// The next index of the job; `nil` when there is none, or another job has begun.
  private func claim(_ job: UInt64, _ count: Int) -> Int? {
    var state = ticket.load(ordering: .acquiring)
    while state >> 32 == job, Int(state & ThreadPool.indexMask) < count {
      let (exchanged, original) = ticket.compareExchange(
        expected: state, desired: state + 1, ordering: .acquiringAndReleasing)
      if exchanged { return Int(state & ThreadPool.indexMask) }
      state = original
    }
    return nil
  }

  /// Never inlined, so that references to the closure are gone when it returns, before the index counts as done.
  @inline(never)
  private static func call(_ body: Body, _ index: Int) { body.pointee(index) }

  /// Starts workers until there are `needed`; when the system refuses, the job runs with those that there are.
  private func startWorkers(_ needed: Int) {
    while workerCount < needed {
      // Signals are for the host program's threads.
      var all = sigset_t()
      var old = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_SETMASK, &all, &old)
      var thread = pthread_t()
      let start = WorkerStart(id: workerCount, job: ticket.load(ordering: .acquiring) >> 32)
      let argument = Unmanaged.passRetained(start)
      let failed = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          ThreadPool.shared.work(start.id, after: start.job)
          return nil
        }, argument.toOpaque())
      pthread_sigmask(SIG_SETMASK, &old, nil)
      if failed != 0 {
        argument.release()
        return
      }
      pthread_detach(thread)
      workerCount += 1
    }
  }

  private final class WorkerStart {
    let id: Int
    let job: UInt64
    init(id: Int, job: UInt64) {
      self.id = id
      self.job = job
    }
  }

  private func work(_ id: Int, after start: UInt64) {
    var seen = start
    while true {
      seen = nextJob(after: seen)
      while true {
        // These belong to the job if its next index can be had after they were read: once they are written for another
        // job, this one has no more indices.
        let state = ticket.load(ordering: .acquiring)
        let (body, count) = (self.body.load(ordering: .acquiring), self.count.load(ordering: .acquiring))
        guard state >> 32 == seen, id < helperCount.load(ordering: .acquiring), let index = claim(seen, count),
          let pointer = Body(bitPattern: body)
        else { break }
        ThreadPool.call(pointer, index)
        finished.add(1, ordering: .releasing)
      }
    }
  }

  private func nextJob(after seen: UInt64) -> UInt64 {
    for _ in 0..<ThreadPool.spinCount {
      let now = ticket.load(ordering: .acquiring) >> 32
      if now != seen { return now }
      engine_spin_hint()
    }
    sleeperCount.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    var now = ticket.load(ordering: .sequentiallyConsistent) >> 32
    while now == seen {
      pthread_cond_wait(condition, mutex)
      now = ticket.load(ordering: .sequentiallyConsistent) >> 32
    }
    pthread_mutex_unlock(mutex)
    sleeperCount.subtract(1, ordering: .sequentiallyConsistent)
    return now
  }
}
