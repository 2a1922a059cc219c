import CEngineShims
import Glibc
import Synchronization

/// Fork-join over a fixed set of threads.
///
/// Workers start when they are first needed, look for work for some microseconds after each job, then sleep. A forked
/// child starts its own. **Threading**: any thread may call; while one call runs, others (also nested ones) do their
/// work on their own thread.
public final class ThreadPool: @unchecked Sendable {
  public static let shared = ThreadPool()

  /// Threads of the process at most, whatever is asked for.
  public static let threadLimit = 256
  /// Work that takes less is not worth waking a thread for, in nanoseconds.
  static let worthwhile = 20_000
  /// How often a worker looks for work before it sleeps: some ten microseconds.
  private static let spinCount = 400

  private let wanted: Atomic<Int>
  /// Whether a call is under way.
  private let isBusy = Atomic<Bool>(false)
  /// -1 while there is no job to join, else how many workers have joined it.
  private let gate = Atomic<Int>(-1)
  /// Counts jobs, so that workers notice a new one.
  private let generation = Atomic<UInt64>(0)
  private let sleeperCount = Atomic<Int>(0)
  private let nextIndex = Atomic<Int>(0)
  /// Whether the job's caller looks for interrupts; `nextIndex` beyond the end makes everybody leave off.
  private var mayStop = false
  // The job: written while the gate is closed, read by those who have passed it.
  private var body: UnsafePointer<(Int) -> Void>?
  private var count = 0
  private var helperCount = 0
  /// Workers that have been started; changed by the owner of `isBusy` only.
  private var workerCount = 0
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

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
    body = nil
    gate.store(-1, ordering: .sequentiallyConsistent)
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
    let threads = min(threadCount, count, useful)
    guard threads > 1, isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for index in 0..<count {
        if mayStop, Interrupt.isWanted() { return }
        body(index)
      }
      return
    }
    self.mayStop = mayStop
    withoutActuallyEscaping(body) { escaping in
      withUnsafePointer(to: escaping) { run($0, count, threads) }
    }
    isBusy.store(false, ordering: .releasing)
  }

  /// One job from start to end, on the thread that owns `isBusy`.
  private func run(_ body: UnsafePointer<(Int) -> Void>, _ count: Int, _ threads: Int) {
    self.body = body
    self.count = count
    startWorkers(threads - 1)
    helperCount = threads - 1
    nextIndex.store(0, ordering: .relaxed)
    gate.store(0, ordering: .releasing)
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleeperCount.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
    runIndices(count, body, asks: mayStop)
    closeGate()
    self.body = nil
  }

  /// Never inlined, so that references to the closure are gone when it returns, before the gate is left.
  @inline(never)
  private func runIndices(_ count: Int, _ body: UnsafePointer<(Int) -> Void>, asks: Bool) {
    while true {
      if asks, Interrupt.isWanted() { return nextIndex.store(count, ordering: .relaxed) }
      let index = nextIndex.add(1, ordering: .relaxed).oldValue
      if index >= count { return }
      body.pointee(index)
    }
  }

  /// Waits for the workers that have joined, and lets no more in.
  private func closeGate() {
    var spins = 0
    while !gate.compareExchange(expected: 0, desired: -1, ordering: .acquiringAndReleasing).exchanged {
      spins += 1
      if spins & 1023 == 0 { sched_yield() } else { engine_spin_hint() }
    }
  }

  /// Starts workers until there are `needed`; when the system refuses, the job runs with those that there are.
  private func startWorkers(_ needed: Int) {
    while workerCount < needed {
      // Signals are for the host program's threads.
      var all = sigset_t()
      var old = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_SETMASK, &all, &old)
      var thread = pthread_t()
      let start = WorkerStart(id: workerCount, generation: generation.load(ordering: .acquiring))
      let argument = Unmanaged.passRetained(start)
      let failed = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          ThreadPool.shared.work(start.id, after: start.generation)
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
    let generation: UInt64
    init(id: Int, generation: UInt64) {
      self.id = id
      self.generation = generation
    }
  }

  private func work(_ id: Int, after start: UInt64) {
    var seen = start
    while true {
      seen = nextGeneration(after: seen)
      guard joinJob() else { continue }
      if id < helperCount, let body { runIndices(count, body, asks: false) }
      gate.subtract(1, ordering: .releasing)
    }
  }

  private func joinJob() -> Bool {
    var joined = gate.load(ordering: .relaxed)
    while joined >= 0 {
      let (exchanged, original) = gate.compareExchange(
        expected: joined, desired: joined + 1, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      joined = original
    }
    return false
  }

  private func nextGeneration(after seen: UInt64) -> UInt64 {
    for _ in 0..<ThreadPool.spinCount {
      let now = generation.load(ordering: .acquiring)
      if now != seen { return now }
      engine_spin_hint()
    }
    sleeperCount.add(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    var now = generation.load(ordering: .sequentiallyConsistent)
    while now == seen {
      pthread_cond_wait(condition, mutex)
      now = generation.load(ordering: .sequentiallyConsistent)
    }
    pthread_mutex_unlock(mutex)
    sleeperCount.subtract(1, ordering: .sequentiallyConsistent)
    return now
  }
}
