import EngineCore
import EngineGraph

extension OpDefinition {
  /// Elements of several datasets side by side, as long as all of them last.
  static let zipDataset = dataset(
    "ZipDataset", [.repeated("input_datasets", count: "N", .variant)], attributes: [.int("N")]
  ) { context in Zip(try context.inputs.indices.map { try context.dataset($0) }) }
}

private final class Zip: DatasetNode {
  let inputs: [any DatasetNode]
  init(_ inputs: [any DatasetNode]) { self.inputs = inputs }

  var cardinality: Int {
    let finite = inputs.map(\.cardinality).filter { $0 != DatasetCardinality.infinite }
    return finite.min() ?? DatasetCardinality.infinite
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    let iterators = try inputs.map { try $0.makeIterator(context) }
    return ClosureIterator {
      var parts: [DatasetElement] = []
      parts.reserveCapacity(iterators.count)
      for iterator in iterators {
        guard let element = try iterator.next() else { return nil }
        parts.append(element)
      }
      return .parts(parts)
    }
  }
}
