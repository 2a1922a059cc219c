import EngineCore
import EngineGraph

extension OpDefinition {
  /// `TFRecordDataset`; starting inside a file (`byte_offsets`) is not supported.
  static let tfRecordDatasetV2 = dataset(
    "TFRecordDatasetV2",
    [
      .tensor("filenames", .string), .tensor("compression_type", .string), .tensor("buffer_size", .int64),
      .tensor("byte_offsets", .int64),
    ], hasOutputs: false, isStateful: true
  ) { context in
    guard try context.integers(3).allSatisfy({ $0 == 0 }) else {
      throw EngineError.unimplemented("TFRecordDatasetV2 with byte_offsets other than 0")
    }
    return try recordFiles(context)
  }
}
