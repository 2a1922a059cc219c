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

  func makeIterator(_ context: IterationContext) -> any DatasetIterator { Iterator(input, count, context) }

  private final class Iterator: DatasetIterator {
    let input: any DatasetNode
    let count: Int
    let context: IterationContext
    var current: (any DatasetIterator)?
    var done = 0

    init(_ input: any DatasetNode, _ count: Int, _ context: IterationContext) {
      self.input = input
      self.count = count
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
      var have = 0
      while count < 0 || done < count {
        let isFresh = current == nil
        let iterator = try current ?? input.makeIterator(context)
        current = iterator
        let given = try ask(iterator, have)
        have += given
        if have >= wanted { return have }
        current = nil
        done += 1
        // An empty input repeated forever would never return.
        if isFresh, given == 0, count < 0 { return have }
        try context.checkCancellation()
      }
      return have
    }
  }
}
