import EngineCore
import EngineGraph

extension OpDefinition {
  /// `MapDataset` on up to `num_parallel_calls` threads at once (-1: as many as there are processors). Elements keep
  /// their order.
  static let parallelMapDatasetV2 = dataset(
    "ParallelMapDatasetV2",
    [inputDataset, .list("other_arguments", types: "Targuments"), .tensor("num_parallel_calls", .int64)],
    attributes: mapAttributes + [.string("deterministic", "default")]
  ) { try parallelMapping($0) }

  /// The older form of `ParallelMapDatasetV2`.
  static let parallelMapDataset = dataset(
    "ParallelMapDataset",
    [inputDataset, .list("other_arguments", types: "Targuments"), .tensor("num_parallel_calls", .int32)],
    attributes: mapAttributes + [.bool("sloppy", false)]
  ) { try parallelMapping($0) }

  private static func parallelMapping(_ context: KernelContext) throws -> any DatasetNode {
    let count = context.node.types("Targuments").count
    let calls = try context.integer(1 + count)
    guard calls == -1 || calls > 0 else {
      throw EngineError.invalidArgument("num_parallel_calls must be greater than zero.")
    }
    let mapping = Mapping(
      try context.dataset(0), try CapturedFunction(context, count: count),
      preservesCardinality: context.node.bool("preserve_cardinality"))
    let threads = calls == -1 ? BackgroundThread.defaultCount : min(calls, 4 * BackgroundThread.defaultCount)
    return threads == 1 ? mapping : ParallelMapping(mapping, threads: threads)
  }
}

/// Runs a mapping on several threads, a few elements ahead.
private final class ParallelMapping: DatasetNode {
  let mapping: Mapping
  let threads: Int

  init(_ mapping: Mapping, threads: Int) {
    self.mapping = mapping
    self.threads = threads
  }

  var cardinality: Int { mapping.cardinality }
  var inputs: [any DatasetNode] { mapping.inputs }
  var functions: [CapturedFunction] { mapping.functions }
  var isRepeatable: Bool { mapping.isRepeatable }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(Work(mapping, try mapping.input.makeIterator(context), threads, context))
  }

  /// The result of one element, perhaps not there yet.
  private final class Slot { var result: Result<DatasetElement?, any Error>? }

  /// What the consumer and the threads share; the threads do not hold the iterator, so that dropping it stops them.
  private final class Work: @unchecked Sendable {
    let mapping: Mapping
    let input: any DatasetIterator
    let threads: Int
    let context: IterationContext
    let condition = Condition()
    /// Taking an element and a place in the queue is one step, which keeps the order.
    let inputLock = Lock()
    var slots: [Slot] = []
    var isStopped = false
    var isInputDone = false
    /// Threads at work on an element, and whether they may take up the next.
    var active = 0
    var isSuspended = false

    init(_ mapping: Mapping, _ input: any DatasetIterator, _ threads: Int, _ context: IterationContext) {
      self.mapping = mapping
      self.input = input
      self.threads = threads
      self.context = context
    }

    func run() {
      while true {
        let mayGoOn = condition.withLock {
          while !isStopped, !isInputDone, slots.count >= 2 * threads || isSuspended { condition.waitBriefly() }
          let mayGoOn = !isStopped && !isInputDone
          if mayGoOn { active += 1 }
          return mayGoOn
        }
        defer {
          if mayGoOn {
            condition.withLock {
              active -= 1
              condition.signalAll()
            }
          }
        }
        guard mayGoOn, !context.isCancelled else { return }
        let slot = Slot()
        var element: DatasetElement?
        var result: Result<DatasetElement?, any Error>?
        inputLock.lock()
        let isDone = condition.withLock { isInputDone || isStopped }
        if isDone {
          inputLock.unlock()
          return
        }
        do {
          element = try input.next()
          if element == nil { result = .success(nil) }
        } catch { result = .failure(error) }
        condition.withLock {
          slots.append(slot)
          if case .success(.none)? = result { isInputDone = true }
        }
        inputLock.unlock()
        if let element { result = Result { try mapping.apply(element, context) } }
        condition.withLock {
          slot.result = result
          if case .success(.none)? = result { isInputDone = true }
          condition.signalAll()
        }
      }
    }

    func suspend() {
      condition.withLock {
        isSuspended = true
        while active > 0 { condition.waitBriefly() }
      }
      input.suspendWork()
    }

    func resume() {
      input.resumeWork()
      condition.withLock {
        isSuspended = false
        condition.signalAll()
      }
    }

    func stop() {
      condition.withLock {
        isStopped = true
        slots.removeAll()
        condition.signalAll()
      }
    }
  }

  private final class Iterator: DatasetIterator {
    let work: Work
    var isStarted = false
    var isDone = false
    init(_ work: Work) { self.work = work }
    deinit { work.stop() }

    func next() throws -> DatasetElement? {
      if isDone { return nil }
      if !isStarted {
        isStarted = true
        for _ in 0..<work.threads { try BackgroundThread.start { [work] in work.run() } }
      }
      var result: Result<DatasetElement?, any Error>?
      while result == nil {
        try work.context.checkCancellation()  // asks the host, so the lock must not be held
        result = work.condition.withLock {
          if work.slots.first?.result == nil, !(work.slots.isEmpty && work.isInputDone) { work.condition.waitBriefly() }
          if let first = work.slots.first, let result = first.result {
            work.slots.removeFirst()
            work.condition.signalAll()
            return result
          }
          return work.slots.isEmpty && work.isInputDone ? .success(nil) : nil
        }
      }
      let element = try result?.get()
      isDone = element == nil
      return element
    }

    func suspendWork() { work.suspend() }
    func resumeWork() { work.resume() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      try work.mapping.function.checkStorable()
      encoder.append(isDone)
      encoder.append(work.isInputDone)
      try work.input.saveState(&encoder)
      try encoder.append(work.slots.compactMap(\.result))
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      isDone = try decoder.flag()
      work.isInputDone = try decoder.flag()
      try work.input.restoreState(&decoder)
      work.slots = try decoder.results(limit: 4 * work.threads).map { result in
        let slot = Slot()
        slot.result = result
        return slot
      }
    }
  }
}
