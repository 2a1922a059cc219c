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

  var rowSource: TensorRows? { input.rowSource }

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
      var result: DatasetElement?
      _ = try fromCurrent(1) { iterator, _ in
        result = try iterator.next()
        return result == nil ? 0 : 1
      }
      return result
    }

    func nextRows(_ count: Int, into numbers: UnsafeMutablePointer<Int>) throws -> Int {
      try fromCurrent(count) { try $0.nextRows(count - $1, into: numbers + $1) }
    }

    /// Asks one repetition after the other until there are `wanted` elements.
    private func fromCurrent(_ wanted: Int, _ ask: (any DatasetIterator, _ have: Int) throws -> Int) throws -> Int {
      let count = dataset.count
      var have = 0
      while count < 0 || done < count {
        let isFresh = current == nil
        let iterator = try current ?? dataset.input.makeIterator(context)
        current = iterator
        let given = try ask(iterator, have)
        have += given
        if have >= wanted { return have }
        current = nil
        done &+= 1
        // An empty input repeated forever would never return.
        if isFresh, given == 0, count < 0 { return have }
        try context.checkCancellation()
      }
      return have
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
