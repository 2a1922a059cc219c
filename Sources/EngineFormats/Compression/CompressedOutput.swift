import EngineCore

/// Compresses what is written to a file. Not thread-safe.
final class CompressedOutput {
  private let output: OutputFile
  private let compression: RecordCompression
  private var deflater = Deflater()
  private var check: StreamCheck
  private var pending: ByteString = []
  private var isClosed = false
  /// Bytes that are compressed together.
  private static let blockSize = 1 << 17

  init(_ output: OutputFile, _ compression: RecordCompression) throws {
    self.output = output
    self.compression = compression
    check = StreamCheck(compression)
    // gzip: no time, no name, system unknown; zlib: a window of 32 KiB, default level.
    try output.write(compression == .gzip ? [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] : [0x78, 0x9c])
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    check.update(bytes)
    pending.append(contentsOf: bytes)
    if pending.count >= CompressedOutput.blockSize { try writePending(isLast: false) }
  }

  private func writePending(isLast: Bool) throws {
    let bytes = pending
    pending.removeAll(keepingCapacity: true)
    bytes.withUnsafeBytes { deflater.block($0, isLast: isLast) }
    try output.write(deflater.takeOutput())
  }

  /// Makes everything written so far readable.
  func flush() throws {
    if !pending.isEmpty { try writePending(isLast: false) }
    deflater.flush()
    try output.write(deflater.takeOutput())
    try output.flush()
  }

  func close() throws {
    if isClosed { return }
    isClosed = true
    try writePending(isLast: true)
    let value = check.value
    if compression == .gzip {
      let size = check.byteCount
      try output.write((0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
      try output.write((0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) })
    } else {
      try output.write((0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
    }
    try output.close()
  }
}
