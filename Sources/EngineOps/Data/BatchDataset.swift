import EngineCore
import EngineGraph

extension OpDefinition {
  /// `BatchDatasetV2` that keeps the remainder.
  static let batchDataset = dataset("BatchDataset", [inputDataset, .tensor("batch_size", .int64)]) { context in
    try Batching(try context.dataset(0), size: try context.integer(1), dropsRemainder: false)
  }
}

/// Stacks runs of elements.
final class Batching: DatasetNode {
  let input: any DatasetNode
  let size: Int
  let dropsRemainder: Bool

  init(_ input: any DatasetNode, size: Int, dropsRemainder: Bool) throws {
    guard size > 0 else { throw EngineError.invalidArgument("Batch size must be greater than zero.") }
    self.input = input
    self.size = size
    self.dropsRemainder = dropsRemainder
  }

  var cardinality: Int {
    let all = input.cardinality
    return all < 0 ? all : all / size + (dropsRemainder || all % size == 0 ? 0 : 1)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context))
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let dataset: Batching
    var isDone = false

    init(_ dataset: Batching, _ input: any DatasetIterator) {
      self.dataset = dataset
      super.init(input)
    }

    /// Row numbers of a batch, when the elements are rows.
    private lazy var numbers = [Int](repeating: 0, count: dataset.size)

    private func nextRows(of rows: TensorRows) throws -> DatasetElement? {
      guard !isDone else { return nil }
      let count = try numbers.withUnsafeMutableBufferPointer { buffer in
        try buffer.baseAddress.map { try input.nextRows(dataset.size, into: $0) } ?? 0
      }
      isDone = count < dataset.size
      if count == 0 || (dataset.dropsRemainder && count < dataset.size) { return nil }
      return .tensors(try rows.gather(numbers[..<count]))
    }

    override func next() throws -> DatasetElement? {
      if let rows = dataset.input.rowSource, dataset.size <= 1 << 16 { return try nextRows(of: rows) }
      guard !isDone else { return nil }
      var elements: [DatasetElement] = []
      elements.reserveCapacity(min(dataset.size, 4096))
      while elements.count < dataset.size {
        guard let element = try input.next() else {
          isDone = true
          break
        }
        elements.append(element)
      }
      if elements.isEmpty || (dataset.dropsRemainder && elements.count < dataset.size) { return nil }
      return .tensors(try stacked(elements))
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) { encoder.append(isDone) }
    override func restoreOwn(_ decoder: inout IteratorDecoder) throws { isDone = try decoder.flag() }
  }
}
