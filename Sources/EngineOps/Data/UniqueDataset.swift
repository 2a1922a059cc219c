import EngineCore
import EngineGraph

extension OpDefinition {
  /// Each element once, where it comes first.
  static let uniqueDataset = dataset("UniqueDataset", [inputDataset]) { context in
    Distinct(try context.dataset(0))
  }
}

private final class Distinct: DatasetNode {
  let input: any DatasetNode
  init(_ input: any DatasetNode) { self.input = input }
  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(try input.makeIterator(context), context)
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let context: IterationContext
    /// What stands for the elements that have come: their bytes or texts, and shape.
    var seen: Set<[ByteString]> = []

    init(_ input: any DatasetIterator, _ context: IterationContext) {
      self.context = context
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      while let element = try input.next() {
        let tensors = try element.tensors()
        guard tensors.count == 1, tensors[0].dtype == .string || tensors[0].dtype.isInteger else {
          throw EngineError.invalidArgument(
            "`UniqueDataset` only supports inputs with a single `tf.int32`, `tf.int64`, or `tf.string` component.")
        }
        let tensor = tensors[0]
        let key =
          tensor.dtype == .string
          ? tensor.strings
          : withExtendedLifetime(tensor) {
            [ByteString(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))]
          }
        if seen.insert(key + [ByteString("\(tensor.shape)".utf8)]).inserted { return .tensors(tensors) }
        try context.checkCancellation()
      }
      return nil
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) throws {
      try encoder.state.append(list: seen) { try $0.append(list: $1) { $0.append($1) } }
    }

    override func restoreOwn(_ decoder: inout IteratorDecoder) throws {
      seen = Set(try decoder.state.list { try $0.list { try $0.block() } })
    }
  }
}
