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
    return a < 0 || b < 0 ? DatasetCardinality.unknown : a.clampedSum(b)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try first.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [first, second] }
  var isRepeatable: Bool { first.isRepeatable && second.isRepeatable }

  private final class Iterator: DatasetIterator {
    let dataset: Concatenation
    let context: IterationContext
    var current: any DatasetIterator
    var isSecond = false

    init(_ dataset: Concatenation, _ first: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      current = first
      self.context = context
    }

    func next() throws -> DatasetElement? {
      if let element = try current.next() { return element }
      guard !isSecond else { return nil }
      isSecond = true
      current = try dataset.second.makeIterator(context)
      return try current.next()
    }

    func suspendWork() { current.suspendWork() }
    func resumeWork() { current.resumeWork() }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      encoder.append(isSecond)
      try current.saveState(&encoder)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      isSecond = try decoder.flag()
      if isSecond { current = try dataset.second.makeIterator(context) }
      try current.restoreState(&decoder)
    }
  }
}
