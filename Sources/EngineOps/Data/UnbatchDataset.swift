import EngineCore
import EngineGraph

extension OpDefinition {
  /// The rows of the input's elements.
  static let unbatchDataset = dataset("UnbatchDataset", [inputDataset]) { Unbatching(try $0.dataset(0)) }
}

private final class Unbatching: DatasetNode {
  let input: any DatasetNode
  init(_ input: any DatasetNode) { self.input = input }
  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(try input.makeIterator(context))
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    var rows: TensorRows?
    var index = 0

    override func next() throws -> DatasetElement? {
      while true {
        if let rows, index < rows.count {
          defer { index += 1 }
          return .row(rows, index)
        }
        guard let element = try input.next() else { return nil }
        rows = try TensorRows(try element.tensors())
        index = 0
      }
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) throws {
      let current = rows.flatMap { index < $0.count ? $0 : nil }
      encoder.append(current != nil)
      guard let current else { return }
      encoder.append(index)
      try encoder.append(current.components)
    }

    override func restoreOwn(_ decoder: inout IteratorDecoder) throws {
      guard try decoder.flag() else { return }
      index = try decoder.count()
      rows = try TensorRows(try decoder.tensors())
    }
  }
}
