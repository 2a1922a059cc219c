import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The records of files that consist of a header, records of `record_bytes` each and a footer.
  static let fixedLengthRecordDatasetV2 = dataset(
    "FixedLengthRecordDatasetV2",
    [
      .tensor("filenames", .string), .tensor("header_bytes", .int64), .tensor("record_bytes", .int64),
      .tensor("footer_bytes", .int64), .tensor("buffer_size", .int64), .tensor("compression_type", .string),
    ], hasOutputs: false, isStateful: true
  ) { context in
    let (header, record, footer) = (try context.integer(1), try context.integer(2), try context.integer(3))
    let size = try context.integer(4)
    guard header >= 0, footer >= 0 else {
      throw EngineError.invalidArgument("`header_bytes` and `footer_bytes` must be >= 0, got \(header) and \(footer)")
    }
    guard record > 0 else { throw EngineError.invalidArgument("`record_bytes` must be > 0, got \(record)") }
    let compression = try context.compression(5)
    return FileSource(try context.fileNames(0)) { path, _ in
      let reader = try FileInputStream(path, compression: compression, blockSize: size)
      if compression != .none {
        return try compressedRecords(reader, header: header, record: record, footer: footer)
      }
      let body = try reader.byteCountOnDisk() - header - footer
      guard body >= 0, body % record == 0 else {
        throw EngineError.invalidArgument(
          "Excepted file \(path) body length to be a multiple of \(record) bytes (record_bytes), but it is \(body)")
      }
      _ = try reader.bytes(header)
      var remaining = body / record
      return {
        guard remaining > 0 else { return nil }
        remaining -= 1
        let bytes = try reader.bytes(record)
        guard bytes.count == record else { throw EngineError.dataLoss("\(path) was cut off while being read") }
        return bytes
      }
    }
  }

  /// The records of a file of unknown size: what may be the footer is read ahead.
  private static func compressedRecords(
    _ reader: FileInputStream, header: Int, record: Int, footer: Int
  ) throws -> FileSource.Reader {
    guard try reader.bytes(header).count == header else {
      throw EngineError.dataLoss("\(reader.path) is shorter than its header of \(header) bytes")
    }
    var ahead = try reader.bytes(footer)
    return {
      let fresh = try reader.bytes(record)
      if fresh.isEmpty { return nil }
      guard fresh.count == record else {
        throw EngineError.dataLoss(
          "Excepted file \(reader.path) body length to be a multiple of \(record) bytes (record_bytes)")
      }
      ahead += fresh
      defer { ahead.removeFirst(record) }
      return ByteString(ahead.prefix(record))
    }
  }
}
