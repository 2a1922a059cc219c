import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The lines of text files.
  static let textLineDataset = dataset(
    "TextLineDataset",
    [.tensor("filenames", .string), .tensor("compression_type", .string), .tensor("buffer_size", .int64)],
    hasOutputs: false, isStateful: true
  ) { context in
    let compression = try context.compression(1)
    let size = try context.integer(2)
    return FileSource(try context.fileNames(0)) { path, _ in
      let reader = try FileInputStream(path, compression: compression, blockSize: size)
      return { try reader.line() }
    }
  }
}
