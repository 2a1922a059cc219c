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
    let iterator = try input.makeIterator(context)
    var rows: TensorRows?
    var index = 0
    return ClosureIterator {
      while true {
        if let rows, index < rows.count {
          defer { index += 1 }
          return .row(rows, index)
        }
        guard let element = try iterator.next() else { return nil }
        rows = try TensorRows(try element.tensors())
        index = 0
      }
    }
  }
}
