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
  private final class Queue: @unchecked Sendable {
    let input: any DatasetIterator
    let size: Int
    let context: IterationContext
    let condition = Condition()
    var items: [Result<DatasetElement?, any Error>] = []
    var isStopped = false
    /// Whether the thread is at work on an element, and whether it may take up the next.
    var isProducing = false
    var isSuspended = false
    var hasEnded = false

    init(_ input: any DatasetIterator, _ size: Int, _ context: IterationContext) {
      self.input = input
      self.size = size
      self.context = context
    }

    func produce() {
      while true {
        let isStopped = condition.withLock {
          while !self.isStopped, items.count >= size || isSuspended { condition.wait() }
          isProducing = !self.isStopped
          return self.isStopped
        }
        if isStopped { return }
        let item = Result { try input.next() }
        condition.withLock {
          items.append(item)
          isProducing = false
          if case .success(.none) = item { hasEnded = true }
          condition.signalAll()
        }
        if case .success(.none) = item { return }
        if context.isCancelled { return }
      }
    }

    func suspend() {
      condition.withLock {
        isSuspended = true
        while isProducing { condition.wait() }
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
    var isStarted = false
    var isDone = false
    init(_ queue: Queue) { self.queue = queue }
    deinit { queue.stop() }

    func next() throws -> DatasetElement? {
      if isDone { return nil }
      if !isStarted {
        isStarted = true
        if !queue.hasEnded { try BackgroundThread.start { [queue] in queue.produce() } }
      }
      var item: Result<DatasetElement?, any Error>?
      while item == nil {
        try queue.context.checkCancellation()  // asks the host, so the lock must not be held
        item = queue.condition.withLock {
          if queue.items.isEmpty { queue.condition.wait() }
          if queue.items.isEmpty { return nil }
          queue.condition.signalAll()
          return queue.items.removeFirst()
        }
      }
      let element = try item?.get()
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
