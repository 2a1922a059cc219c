import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The records of TFRecord files.
  static let tfRecordDataset = dataset(
    "TFRecordDataset",
    [.tensor("filenames", .string), .tensor("compression_type", .string), .tensor("buffer_size", .int64)],
    hasOutputs: false, isStateful: true
  ) { try recordFiles($0) }

  static func recordFiles(_ context: KernelContext) throws -> any DatasetNode {
    let compression = try context.compression(1)
    let size = try context.integer(2)
    return FileSource(try context.fileNames(0)) { path, _ in
      let reader = try RecordReader(path, compression: compression, bufferSize: max(size, 1 << 18))
      return { try reader.next() }
    }
  }
}
