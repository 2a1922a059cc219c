import EngineCore
import EngineGraph

extension OpDefinition {
  /// Every `num_shards`-th element, from number `index` on.
  static let shardDataset = dataset(
    "ShardDataset", [inputDataset, .tensor("num_shards", .int64), .tensor("index", .int64)],
    attributes: [.bool("require_non_empty", false)]
  ) { context in
    let (count, index) = (try context.integer(1), try context.integer(2))
    guard count > 0 else {
      throw EngineError.invalidArgument("Number of shards must be greater than zero (currently num_shards = \(count)).")
    }
    guard index >= 0, index < count else {
      throw EngineError.invalidArgument(
        "Index must be between 0 and \(count - 1) (currently index = \(index)).")
    }
    return Shard(try context.dataset(0), count: count, index: index)
  }
}

private final class Shard: DatasetNode {
  let input: any DatasetNode
  let count: Int
  let index: Int
  init(_ input: any DatasetNode, count: Int, index: Int) {
    self.input = input
    self.count = count
    self.index = index
  }

  var cardinality: Int {
    let all = input.cardinality
    return all < 0 ? all : all / count + (index < all % count ? 1 : 0)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let dataset: Shard
    let context: IterationContext
    /// Of the next element among `count`.
    var position = 0

    init(_ dataset: Shard, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.context = context
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      while let element = try input.next() {
        defer { position = position + 1 == dataset.count ? 0 : position + 1 }
        if position == dataset.index { return element }
        try context.checkCancellation()
      }
      return nil
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) { encoder.append(position) }
    override func restoreOwn(_ decoder: inout IteratorDecoder) throws {
      position = try decoder.count()
      guard position < dataset.count else { throw StateDecoder.damaged("shard position \(position)") }
    }
  }
}
