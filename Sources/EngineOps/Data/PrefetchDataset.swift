import EngineCore
import EngineGraph

extension OpDefinition {
  /// Prepares up to `buffer_size` elements ahead on a thread of its own.
  static let prefetchDataset = dataset(
    "PrefetchDataset", [inputDataset, .tensor("buffer_size", .int64)],
    attributes: [.int("slack_period", 0), .bool("legacy_autotune", true), .int("buffer_size_min", 0)]
  ) { context in
    let size = try context.integer(1)
    guard size >= -1 else {
      throw EngineError.invalidArgument("buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
    }
    return Prefetching(try context.dataset(0), size: size == -1 ? 4 : size)
  }
}

private final class Prefetching: DatasetNode {
  let input: any DatasetNode
  let size: Int
  init(_ input: any DatasetNode, size: Int) {
    self.input = input
    self.size = size
  }

  var cardinality: Int { input.cardinality }
  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    if size == 0 { return try input.makeIterator(context) }
    return Iterator(Queue(try input.makeIterator(context), size, context))
  }

  /// What the consumer and the thread share. The thread holds this and not the iterator, so that dropping the iterator
  /// stops it.
  ///
  /// Handing an element from thread to thread takes some ten microseconds. The consumer makes cheap elements itself, when
  /// it needs them; the thread works ahead only while they take longer than that.
  private final class Queue: @unchecked Sendable {
    let input: any DatasetIterator
    let size: Int
    let context: IterationContext
    let condition = Condition()
    var items: [Result<DatasetElement?, any Error>] = []
    var isStopped = false
    /// Whether somebody is asking the input for an element; they come one after the other.
    var isProducing = false
    /// Nanoseconds that an element takes, about.
    var cost = 0
    var hasThread = false

    /// What makes working ahead worth it.
    static let worthwhile = 40_000
    /// Whether nobody may take up an element, because the position is being saved.
    var isSuspended = false
    var hasEnded = false

    init(_ input: any DatasetIterator, _ size: Int, _ context: IterationContext) {
      self.input = input
      self.size = size
      self.context = context
    }

    private func timed() -> (item: Result<DatasetElement?, any Error>, nanoseconds: Int) {
      let start = MonotonicClock.nanoseconds()
      let item = Result { try input.next() }
      return (item, MonotonicClock.nanoseconds() - start)
    }

    /// Ends a production. The lock is held.
    private func finish(_ nanoseconds: Int) {
      isProducing = false
      cost += (min(nanoseconds, 1 << 40) - cost) / 4
    }

    /// The thread's loop.
    func produce() {
      while true {
        let isStopped = condition.withLock {
          while !self.isStopped, items.count >= size || isProducing || isSuspended || cost < Queue.worthwhile {
            condition.waitBriefly()
          }
          if !self.isStopped { isProducing = true }
          return self.isStopped
        }
        if isStopped { return }
        let (item, nanoseconds) = timed()
        condition.withLock {
          finish(nanoseconds)
          items.append(item)
          if case .success(.none) = item { hasEnded = true }
          condition.signalAll()
        }
        if case .success(.none) = item { return }
        if context.isCancelled { return }
      }
    }

    /// The next element: one that is ready, or made here and now.
    func take() throws -> DatasetElement? {
      while true {
        try context.checkCancellation()  // asks the host, so the lock must not be held
        var ready: Result<DatasetElement?, any Error>?
        var producesHere = false
        var needsThread = false
        condition.withLock {
          if isSuspended || (items.isEmpty && isProducing) { condition.waitBriefly() }
          if isSuspended { return }
          if !items.isEmpty {
            ready = items.removeFirst()
          } else if !isProducing {
            isProducing = true
            producesHere = true
          }
          if cost >= Queue.worthwhile, ready != nil { condition.signalAll() }
        }
        if let ready { return try ready.get() }
        guard producesHere else { continue }
        let (item, nanoseconds) = timed()
        condition.withLock {
          finish(nanoseconds)
          if case .success(.none) = item { hasEnded = true }
          if isSuspended { condition.signalAll() }
          if cost >= Queue.worthwhile {
            needsThread = !hasThread
            hasThread = true
            condition.signalAll()
          }
        }
        // Without a thread to be had, elements go on being made here.
        if needsThread, case .success(.some) = item { try? BackgroundThread.start { [self] in produce() } }
        return try item.get()
      }
    }

    func suspend() {
      condition.withLock {
        isSuspended = true
        while isProducing { condition.waitBriefly() }
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
        items.removeAll()
        condition.signalAll()
      }
    }
  }

  private final class Iterator: DatasetIterator {
    let queue: Queue
    var isDone = false
    init(_ queue: Queue) { self.queue = queue }
    deinit { queue.stop() }

    func next() throws -> DatasetElement? {
      if isDone { return nil }
      let element = try queue.take()
      isDone = element == nil
      return element
    }

    func suspendWork() { queue.suspend() }
    func resumeWork() { queue.resume() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(isDone)
      try queue.input.saveState(&encoder)
      try encoder.append(queue.items)
      encoder.append(queue.hasEnded)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      isDone = try decoder.flag()
      try queue.input.restoreState(&decoder)
      queue.items = try decoder.results(limit: queue.size)
      queue.hasEnded = try decoder.flag()
    }
  }
}
