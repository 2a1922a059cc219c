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
    var current: (any DatasetIterator)?
    var done = 0
    return ClosureIterator { [input, count] in
      while count < 0 || done < count {
        let isFresh = current == nil
        let iterator = try current ?? input.makeIterator(context)
        current = iterator
        if let element = try iterator.next() { return element }
        current = nil
        done += 1
        // An empty input repeated forever would never return.
        if isFresh, count < 0 { return nil }
        try context.checkCancellation()
      }
      return nil
    }
  }
}
