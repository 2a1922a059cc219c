import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input `count` times, forever for a negative count.
  static let repeatDataset = dataset("RepeatDataset", [inputDataset, .tensor("count", .int64)]) { context in
    Repetition(try context.dataset(0), count: try context.integer(1))
  }
}

private final class Repetition: DatasetNode {
  let input: any DatasetNode
  let count: Int
  init(_ input: any DatasetNode, count: Int) {
    self.input = input
    self.count = count
  }

  var cardinality: Int {
    if count == 0 { return 0 }
    let each = input.cardinality
    if count < 0 { return each == 0 ? 0 : each == DatasetCardinality.unknown ? each : DatasetCardinality.infinite }
    return each < 0 ? each : each.multipliedReportingOverflow(by: count).partialValue
  }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    Iterator(self, context)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: DatasetIterator {
    let dataset: Repetition
    let context: IterationContext
    var current: (any DatasetIterator)?
    var done = 0

    init(_ dataset: Repetition, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
    }

    func next() throws -> DatasetElement? {
      let count = dataset.count
      while count < 0 || done < count {
        let isFresh = current == nil
        let iterator = try current ?? dataset.input.makeIterator(context)
        current = iterator
        if let element = try iterator.next() { return element }
        current = nil
        done &+= 1
        // An empty input repeated forever would never return.
        if isFresh, count < 0 { return nil }
        try context.checkCancellation()
      }
      return nil
    }

    func suspendWork() { current?.suspendWork() }
    func resumeWork() { current?.resumeWork() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(done)
      encoder.append(current != nil)
      try current?.saveState(&encoder)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      done = try decoder.int()
      guard try decoder.flag() else { return }
      current = try dataset.input.makeIterator(context)
      try current?.restoreState(&decoder)
    }
  }
}
