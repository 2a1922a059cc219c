import EngineCore
import EngineGraph

extension OpDefinition {
  /// At most the first `count` elements; all for a negative count.
  static let takeDataset = dataset("TakeDataset", [inputDataset, .tensor("count", .int64)]) { context in
    Taking(try context.dataset(0), count: try context.integer(1))
  }
}

private final class Taking: DatasetNode {
  let input: any DatasetNode
  let count: Int
  init(_ input: any DatasetNode, count: Int) {
    self.input = input
    self.count = count
  }

  var cardinality: Int {
    let all = input.cardinality
    if count < 0 { return all }
    if all == DatasetCardinality.infinite { return count }
    return all < 0 ? all : min(all, count)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    if count < 0 { return try input.makeIterator(context) }
    var remaining = count
    var iterator: (any DatasetIterator)? = count == 0 ? nil : try input.makeIterator(context)
    return ClosureIterator {
      guard remaining > 0, let element = try iterator?.next() else {
        iterator = nil
        return nil
      }
      remaining -= 1
      return element
    }
  }
}
