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
    return Iterator(count == 0 ? nil : try input.makeIterator(context), count)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: DatasetIterator {
    /// `nil` at the end.
    var input: (any DatasetIterator)?
    var remaining: Int

    init(_ input: (any DatasetIterator)?, _ count: Int) {
      self.input = input
      remaining = count
    }

    func next() throws -> DatasetElement? {
      guard remaining > 0, let element = try input?.next() else {
        input = nil
        return nil
      }
      remaining -= 1
      return element
    }

    func suspendWork() { input?.suspendWork() }
    func resumeWork() { input?.resumeWork() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(remaining)
      encoder.append(input != nil)
      try input?.saveState(&encoder)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      remaining = try decoder.int()
      if try decoder.flag() { try input?.restoreState(&decoder) } else { input = nil }
    }
  }
}
