import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements of one dataset, then those of the other.
  static let concatenateDataset = dataset(
    "ConcatenateDataset", [inputDataset, .tensor("another_dataset", .variant)]
  ) { Concatenation(try $0.dataset(0), try $0.dataset(1)) }
}

private final class Concatenation: DatasetNode {
  let first: any DatasetNode
  let second: any DatasetNode
  init(_ first: any DatasetNode, _ second: any DatasetNode) {
    self.first = first
    self.second = second
  }

  var cardinality: Int {
    let (a, b) = (first.cardinality, second.cardinality)
    if a == DatasetCardinality.infinite || b == DatasetCardinality.infinite { return DatasetCardinality.infinite }
    return a < 0 || b < 0 ? DatasetCardinality.unknown : a + b
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    var iterator = try first.makeIterator(context)
    var isSecond = false
    return ClosureIterator { [second] in
      if let element = try iterator.next() { return element }
      guard !isSecond else { return nil }
      isSecond = true
      iterator = try second.makeIterator(context)
      return try iterator.next()
    }
  }
}
