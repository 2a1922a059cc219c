import EngineCore

// TFRecord files: a length, a checksum of it, the record, a checksum of it.
//
//   let writer = try RecordWriter("x.tfrecord"); try writer.write(bytes); try writer.close()
//   let reader = try RecordReader("x.tfrecord"); while let record = try reader.next() { ... }

/// How a record file as a whole is compressed.
public enum RecordCompression: String, Sendable {
  case none = ""
  case zlib = "ZLIB"
  case gzip = "GZIP"

  /// **Errors**: `InvalidArgument` for an unknown name.
  public init(named name: String) throws {
    guard let value = RecordCompression(rawValue: name) else {
      throw EngineError.invalidArgument("Unsupported compression_type: \(name)")
    }
    self = value
  }
}

/// Frames records.
enum RecordFraming {
  static let headerSize = 12
  static let footerSize = 4

  static func header(_ length: Int) -> ByteString {
    var encoder = ProtoEncoder()
    encoder.fixed64(UInt64(length))
    encoder.fixed32(Checksum(encoder.bytes).masked)
    return encoder.bytes
  }

  static func footer(_ record: UnsafeRawBufferPointer) -> ByteString {
    var encoder = ProtoEncoder()
    encoder.fixed32(Checksum(record).masked)
    return encoder.bytes
  }
}

/// Writes a TFRecord file. Not thread-safe.
public final class RecordWriter {
  private let output: OutputFile
  private let compressed: CompressedOutput?

  /// Replaces an existing file.
  /// **Errors**: those of the file system.
  public init(_ path: String, compression: RecordCompression = .none) throws {
    output = try OutputFile(path, .replace)
    compressed = compression == .none ? nil : try CompressedOutput(output, compression)
  }

  init(_ output: OutputFile) {
    self.output = output
    compressed = nil
  }

  /// The path that the file was opened by.
  public var path: String { output.path }

  /// Appends a record.
  /// **Errors**: those of the file system.
  public func write(_ record: UnsafeRawBufferPointer) throws {
    guard let compressed else {
      try output.write(RecordFraming.header(record.count))
      try output.write(record)
      try output.write(RecordFraming.footer(record))
      return
    }
    try RecordFraming.header(record.count).withUnsafeBytes(compressed.write)
    try compressed.write(record)
    try RecordFraming.footer(record).withUnsafeBytes(compressed.write)
  }

  /// Appends a record.
  /// **Errors**: those of the file system.
  public func write(_ record: ByteString) throws { try record.withUnsafeBytes { try write($0) } }

  /// Hands everything to the system.
  public func flush() throws {
    if let compressed { try compressed.flush() } else { try output.flush() }
  }

  /// Flushes and closes; closing twice does nothing.
  public func close() throws {
    if let compressed { try compressed.close() } else { try output.close() }
  }
}

/// Reads a TFRecord file from its start. Not thread-safe.
public final class RecordReader {
  /// Where the next record begins.
  public private(set) var offset = 0
  private let file: InputFile
  /// For compressed files, which are read front to back.
  private let stream: FileInputStream?
  private let bufferSize: Int
  private var buffer: ByteString = []
  /// Where in the file the buffer begins.
  private var bufferOffset = 0

  /// **Errors**: `NotFound` and the like.
  public init(_ path: String, compression: RecordCompression = .none, bufferSize: Int = 1 << 18) throws {
    file = try InputFile(path)
    self.bufferSize = min(max(bufferSize, 64), 64 << 20)
    stream = compression == .none ? nil : try FileInputStream(path, compression: compression)
  }

  /// The path that the file was opened by.
  public var path: String { file.path }

  /// The next record; `nil` at the end of the file, also when that cuts a record's header off (as TensorFlow has it).
  /// **Errors**: `DataLoss` when a record is cut off behind its header, or damaged.
  public func next() throws -> ByteString? {
    guard let result = try nextOrPartial() else { return nil }
    guard let record = result else {
      throw EngineError.dataLoss("truncated record at \(offset)' failed with Read less bytes than requested")
    }
    return record
  }

  /// As ``next()``, but takes a record that is not complete yet for the end; for files that are still growing.
  /// Calling it again later goes on with that record.
  public func nextComplete() throws -> ByteString? { try nextOrPartial() ?? nil }

  /// Outer `nil`: the end; inner `nil`: a record is cut off.
  private func nextOrPartial() throws -> ByteString?? {
    if let stream { return try next(in: stream) }
    let headerSize = RecordFraming.headerSize
    if try fill(headerSize) < headerSize { return nil }
    let (length, isIntact) = withBuffer(headerSize) { bytes in
      let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
      return (length, Checksum(UnsafeRawBufferPointer(rebasing: bytes[..<8])).masked == stored)
    }
    guard isIntact else {
      throw EngineError.dataLoss(
        "corrupted record at \(offset)" + (offset == 0 ? " (Is this even a TFRecord file?)" : ""))
    }
    // The length is compared with the file before it is used for anything.
    let rest = try file.byteCount() - offset - headerSize - RecordFraming.footerSize
    guard rest >= 0, length <= UInt64(rest) else { return .some(nil) }
    let total = headerSize + Int(length) + RecordFraming.footerSize
    guard try fill(total) >= total else { return .some(nil) }
    let record: ByteString? = withBuffer(total) { bytes in
      let end = headerSize + Int(length)
      let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
      let record = UnsafeRawBufferPointer(rebasing: bytes[headerSize..<end])
      return Checksum(record).masked == stored ? ByteString(record) : nil
    }
    guard let record else { throw EngineError.dataLoss("corrupted record at \(offset + headerSize)") }
    offset += total
    return .some(record)
  }

  private func next(in stream: FileInputStream) throws -> ByteString?? {
    let header = try stream.bytes(RecordFraming.headerSize)
    guard header.count == RecordFraming.headerSize else { return nil }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(header[$1]) << UInt64(8 * $1) }
    guard let size = Int(exactly: length), RecordFraming.header(size) == header else {
      throw EngineError.dataLoss(
        "corrupted record at \(offset)" + (offset == 0 ? " (Is this even a TFRecord file?)" : ""))
    }
    let record = try stream.bytes(size)
    guard record.count == size else { return .some(nil) }
    let footer = try stream.bytes(RecordFraming.footerSize)
    guard footer.count == RecordFraming.footerSize else { return .some(nil) }
    guard record.withUnsafeBytes({ RecordFraming.footer($0) }) == footer else {
      throw EngineError.dataLoss("corrupted record at \(offset + RecordFraming.headerSize)")
    }
    offset += RecordFraming.headerSize + size + RecordFraming.footerSize
    return .some(record)
  }

  private func withBuffer<Result>(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let start = offset - bufferOffset
    return buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
  }

  /// Makes `count` bytes from `offset` on available in the buffer; returns how many there are, at most `count`.
  private func fill(_ count: Int) throws -> Int {
    let known = bufferOffset + buffer.count - offset
    if known >= count { return count }
    let kept = max(0, known)
    let wanted = max(count, bufferSize)
    let start = offset
    let fresh = try ByteString(unsafeUninitializedCapacity: wanted) { target, initialized in
      for index in 0..<kept { target[index] = buffer[buffer.count - kept + index] }
      initialized = kept
      let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[kept..<wanted])
      initialized += try file.read(at: start + kept, into: rest)
    }
    bufferOffset = offset
    buffer = fresh
    return min(count, buffer.count)
  }
}
