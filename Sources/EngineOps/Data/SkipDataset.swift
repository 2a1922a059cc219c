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
    Iterator(try input.makeIterator(context), count, context)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let context: IterationContext
    /// Elements still to be skipped; negative for all.
    var remaining: Int

    init(_ input: any DatasetIterator, _ count: Int, _ context: IterationContext) {
      self.context = context
      remaining = count
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      if remaining < 0 { return nil }
      while remaining > 0 {
        guard try input.next() != nil else { return nil }
        remaining -= 1
        try context.checkCancellation()
      }
      return try input.next()
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) { encoder.append(remaining) }
    override func restoreOwn(_ decoder: inout IteratorDecoder) throws { remaining = try decoder.int() }
  }
}
