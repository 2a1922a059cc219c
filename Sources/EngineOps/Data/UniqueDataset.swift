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
    let iterator = try input.makeIterator(context)
    var seen: Set<[ByteString]> = []
    return ClosureIterator {
      while let element = try iterator.next() {
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
  }
}
