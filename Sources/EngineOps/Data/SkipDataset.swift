import EngineCore
import EngineGraph

extension OpDefinition {
  /// All but the first `count` elements; none for a negative count.
  static let skipDataset = dataset("SkipDataset", [inputDataset, .tensor("count", .int64)]) { context in
    Skipping(try context.dataset(0), count: try context.integer(1))
  }
}

private final class Skipping: DatasetNode {
  let input: any DatasetNode
  let count: Int
  init(_ input: any DatasetNode, count: Int) {
    self.input = input
    self.count = count
  }

  var cardinality: Int {
    let all = input.cardinality
    if count < 0 { return 0 }
    return all < 0 ? all : max(all - count, 0)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    if count < 0 { return ClosureIterator { nil } }
    let iterator = try input.makeIterator(context)
    var remaining = count
    return ClosureIterator {
      while remaining > 0 {
        guard try iterator.next() != nil else { return nil }
        remaining -= 1
        try context.checkCancellation()
      }
      return try iterator.next()
    }
  }
}
