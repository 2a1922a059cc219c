import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Writes the elements of a dataset of strings to a record file.
  static let datasetToTFRecord = OpDefinition(
    "DatasetToTFRecord",
    inputs: [inputDataset, .tensor("filename", .string), .tensor("compression_type", .string)], isStateful: true,
    shape: ShapeContext.none, gradient: .none
  ) { context in
    let iteration = IterationContext(context.environment)
    let iterator = try context.dataset(0).makeIterator(iteration)
    let writer = try RecordWriter(try context.text(1), compression: try context.compression(2))
    while let element = try iterator.next() {
      let tensors = try element.tensors()
      guard tensors.count == 1, tensors[0].dtype == .string, tensors[0].elementCount == 1 else {
        throw EngineError.invalidArgument("DatasetToTFRecord needs elements of one string each")
      }
      try writer.write(tensors[0].strings[0])
      try iteration.checkCancellation()
    }
    try writer.close()
  }
}
