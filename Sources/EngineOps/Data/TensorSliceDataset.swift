import EngineCore
import EngineGraph

extension OpDefinition {
  /// The rows of the components. Nothing is copied until an element is needed as tensors.
  static let tensorSliceDataset = dataset(
    "TensorSliceDataset", [.list("components", types: "Toutput_types")],
    attributes: [
      .types("Toutput_types"), .shapes("output_shapes"), .bool("is_files", false), .bool("replicate_on_split", false),
    ], hasOutputs: false, isStateful: true
  ) { SliceDataset(try TensorRows(Array($0.inputs))) }
}

private final class SliceDataset: DatasetNode {
  private let source: TensorRows
  init(_ rows: TensorRows) { source = rows }
  var cardinality: Int { source.count }
  var rowSource: TensorRows? { source }
  var isRepeatable: Bool { true }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator { Iterator(rows: source) }

  private final class Iterator: DatasetIterator {
    let rows: TensorRows
    var index = 0
    init(rows: TensorRows) { self.rows = rows }
    func next() -> DatasetElement? {
      guard index < rows.count else { return nil }
      defer { index += 1 }
      return .row(rows, index)
    }

    func nextRows(_ count: Int, into numbers: UnsafeMutablePointer<Int>) -> Int {
      let given = min(count, rows.count - index)
      for place in 0..<given { numbers[place] = index + place }
      index += given
      return given
    }

    func saveState(_ encoder: inout IteratorEncoder) { encoder.append(index) }
    func restoreState(_ decoder: inout IteratorDecoder) throws {
      index = try decoder.count()
      guard index <= rows.count else { throw StateDecoder.damaged("row \(index) of \(rows.count)") }
    }
  }
}
