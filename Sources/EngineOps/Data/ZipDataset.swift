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
    Iterator(try inputs.map { try $0.makeIterator(context) })
  }

  var isRepeatable: Bool { inputs.allSatisfy(\.isRepeatable) }

  private final class Iterator: DatasetIterator {
    let inputs: [any DatasetIterator]
    init(_ inputs: [any DatasetIterator]) { self.inputs = inputs }

    func next() throws -> DatasetElement? {
      var parts: [DatasetElement] = []
      parts.reserveCapacity(inputs.count)
      for input in inputs {
        guard let element = try input.next() else { return nil }
        parts.append(element)
      }
      return .parts(parts)
    }

    func suspendWork() { for input in inputs { input.suspendWork() } }
    func resumeWork() { for input in inputs { input.resumeWork() } }
    func saveState(_ encoder: inout IteratorEncoder) throws { for input in inputs { try input.saveState(&encoder) } }
    func restoreState(_ decoder: inout IteratorDecoder) throws {
      for input in inputs { try input.restoreState(&decoder) }
    }
  }
}
