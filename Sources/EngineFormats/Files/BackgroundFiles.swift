import EngineCore
import Glibc
import Synchronization

/// Work on files that nobody waits for at present: jobs one after the other in their order, and in between the syncing
/// of files that have their names already.
///
///   let job = BackgroundFiles.shared.start { try writeTheCheckpoint() }
///   if job.isDone { try job.wait() }       // failures come out of wait()
///   BackgroundFiles.shared.settle()        // all jobs are done, whoever started them
///
/// **Threading**: any thread. Jobs run on one thread of this process, which must never wait for the host language. A
/// fork waits for the jobs, so that the child finds their files; what is still to be synced is left to the parent. The
/// end of the process waits for everything.
public final class BackgroundFiles: @unchecked Sendable {
  public static let shared = BackgroundFiles()

  /// A piece of work that has been started.
  public final class Job: @unchecked Sendable {
    fileprivate var body: (() throws -> Void)?
    fileprivate var failure: (any Error)?
    private let done = Atomic<Bool>(false)

    fileprivate init(_ body: @escaping () throws -> Void) { self.body = body }

    /// Whether ``wait()`` would return at once.
    public var isDone: Bool { done.load(ordering: .acquiring) }

    /// Returns when the job has been done.
    /// **Errors**: what the job threw.
    public func wait() throws {
      BackgroundFiles.shared.wait { self.isDone }
      if let failure { throw failure }
    }

    fileprivate func run() {
      do { try body?() } catch { failure = error }
      body = nil  // what it holds is gone before anybody goes on
      done.store(true, ordering: .releasing)
    }
  }

  /// Files with their final names whose content is on its way to the disk.
  public final class Syncing: @unchecked Sendable {
    private var files: [OutputFile] = []
    private var directories: [String] = []
    private var failure: (any Error)?
    private let isReported = Atomic<Bool>(false)
    private let done = Atomic<Bool>(false)

    public init() {}

    func add(_ file: OutputFile, in directory: String) {
      files.append(file)
      if !directories.contains(directory) { directories.append(directory) }
    }

    /// Whether the disk has everything, or the attempt has failed.
    public var isDone: Bool { done.load(ordering: .acquiring) }

    /// Whether the disk has everything.
    public var isDurable: Bool { isDone && failure == nil }

    /// **Errors**: what kept the disk from taking the files; once.
    public func check() throws {
      guard isDone, let failure, !isReported.exchange(true, ordering: .relaxed) else { return }
      throw failure
    }

    /// Syncs one file, or at last the directories.
    fileprivate func step() {
      do {
        if let file = files.last {
          if file.hasName { try file.synchronize() }
          files.removeLast()
          return
        }
        for directory in directories where FileSystem.isDirectory(directory.isEmpty ? "." : directory) {
          try FileSystem.synchronizeDirectory(directory)
        }
      } catch { failure = error }
      end()
    }

    fileprivate func run() { while !isDone { step() } }

    fileprivate func end() {
      files = []
      done.store(true, ordering: .releasing)
    }
  }

  private let condition = Condition()
  // All guarded by `condition`:
  private var jobs: [Job] = []
  /// The newest is synced first: it is what a lost checkpoint would be replaced by, and older ones may be deleted soon.
  private var unsynced: [Syncing] = []
  /// Is in `unsynced`, too.
  private var currentSyncing: Syncing?
  private var failed: [Syncing] = []
  /// The thread of the jobs; 0 until there is one.
  private let worker = Atomic<UInt>(0)
  /// Jobs that are not done, for those who only want to know whether there are any.
  private let jobCount = Atomic<Int>(0)

  /// Files wait open for their turn, so there must not be too many.
  private static let unsyncedLimit = 16

  private init() {
    // Handlers run before a fork in the reverse order of their registration. Memory's comes first, so that jobs can go
    // on while a fork waits for them.
    _ = try? Buffer(byteCount: 64)
    pthread_atfork(
      { BackgroundFiles.shared.prepareForFork() }, { BackgroundFiles.shared.condition.unlock() },
      { BackgroundFiles.shared.restartAfterFork() })
    atexit { BackgroundFiles.shared.finishBeforeExit() }
  }

  /// Whether this is the thread of the jobs.
  var isWorker: Bool { worker.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// Calls `body` once for every index below `count`: on several threads, but for jobs, which must not take them away
  /// from the program.
  func spread(_ count: Int, nanosecondsEach: Int, _ body: (Int) -> Void) {
    if !isWorker { return ThreadPool.shared.parallelFor(count, nanosecondsEach: nanosecondsEach, body) }
    for index in 0..<count { body(index) }
  }

  // MARK: Jobs

  /// Has work done after all that was started before.
  ///
  /// When the system refuses a thread, the work is done before this returns.
  public func start(_ body: @escaping () throws -> Void) -> Job {
    let job = Job(body)
    condition.lock()
    guard startWorker() else {
      condition.unlock()
      job.run()
      return job
    }
    jobs.append(job)
    jobCount.add(1, ordering: .sequentiallyConsistent)
    condition.signalAll()
    condition.unlock()
    return job
  }

  /// Returns when all jobs have been done; their failures are for those who started them. On the thread of the jobs
  /// themselves it returns at once.
  public func settle() {
    if jobCount.load(ordering: .sequentiallyConsistent) == 0 { return }
    wait { self.jobCount.load(ordering: .sequentiallyConsistent) == 0 }
  }

  /// Waits for a condition that changes with jobs and syncs.
  private func wait(_ isMet: () -> Bool) {
    condition.withLock { while !isMet(), !isWorker { condition.wait() } }
  }

  // MARK: Syncing

  /// Has files synced when there is time.
  public func synchronizeLater(_ syncing: Syncing) {
    condition.lock()
    guard startWorker() else {
      condition.unlock()
      syncing.run()
      return
    }
    while unsynced.count >= BackgroundFiles.unsyncedLimit, !isWorker { condition.wait() }
    unsynced.append(syncing)
    condition.signalAll()
    condition.unlock()
  }

  /// Returns when one of these is on disk, or all have failed.
  /// **Errors**: the failure of the last, when all have failed.
  public func waitUntilDurable(anyOf candidates: [Syncing]) throws {
    if isWorker {
      // A job that needs it does it itself.
      for candidate in candidates.reversed() {
        condition.lock()
        unsynced.removeAll { $0 === candidate }
        condition.unlock()
        if !candidate.isDone { candidate.run() }
        if candidate.isDurable { return }
      }
    } else {
      wait { candidates.contains { $0.isDurable } || candidates.allSatisfy { $0.isDone } }
    }
    if candidates.contains(where: { $0.isDurable }) { return }
    try candidates.last?.check()
  }

  /// Returns when all jobs are done and the disk has everything that was written through here.
  public func synchronizeAll() {
    wait { self.jobCount.load(ordering: .sequentiallyConsistent) == 0 && self.unsynced.isEmpty }
  }

  private func finishBeforeExit() {
    synchronizeAll()
    for syncing in failed {
      do { try syncing.check() } catch {
        let text = "WARNING:tensorflow:Files could not be written to disk: \(error)\n"
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
      }
    }
  }

  // MARK: The thread

  /// Called with the lock.
  private func startWorker() -> Bool {
    if worker.load(ordering: .relaxed) != 0 { return true }
    var all = sigset_t()
    var old = sigset_t()
    sigfillset(&all)  // signals are for the host program's threads
    pthread_sigmask(SIG_SETMASK, &all, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    var thread = pthread_t()
    let failed = pthread_create(
      &thread, nil,
      { _ in
        BackgroundFiles.shared.work()
        return nil
      }, nil)
    if failed != 0 { return false }
    pthread_detach(thread)
    worker.store(UInt(thread), ordering: .relaxed)
    return true
  }

  private func work() {
    condition.lock()
    while true {
      if !jobs.isEmpty {
        let job = jobs.removeFirst()
        condition.unlock()
        job.run()
        condition.lock()
        jobCount.subtract(1, ordering: .sequentiallyConsistent)
        condition.signalAll()
      } else if let syncing = unsynced.last {
        currentSyncing = syncing
        condition.unlock()
        syncing.step()  // a job that comes now does not wait for the rest
        condition.lock()
        currentSyncing = nil
        if syncing.isDone {
          unsynced.removeAll { $0 === syncing }
          if !syncing.isDurable { failed.append(syncing) }
          condition.signalAll()
        }
      } else {
        condition.wait()
      }
    }
  }

  // MARK: Forks

  private func prepareForFork() {
    condition.lock()
    while jobCount.load(ordering: .sequentiallyConsistent) > 0, !isWorker { condition.wait() }
  }

  private func restartAfterFork() {
    condition.reinitializeAfterFork()
    worker.store(0, ordering: .relaxed)
    jobCount.store(0, ordering: .sequentiallyConsistent)
    for syncing in unsynced where syncing !== currentSyncing { syncing.end() }
    unsynced = []
    failed = []
  }
}
