import EngineCore

/// Reads a whole sorted table, checking everything: sizes, checksums, order.
enum SortedTableReader {
  /// The entries in the order of their keys.
  /// **Errors**: `DataLoss` with the path for anything that is not as it should be.
  static func entries(_ path: String) throws -> [(key: ByteString, value: ByteString)] {
    let bytes = try FileSystem.readFile(path)
    do {
      return try bytes.withUnsafeBytes { try entries(in: $0) }
    } catch var error as EngineError {
      error.message = "\(path): \(error.message)"
      throw error
    }
  }

  static func entries(in bytes: UnsafeRawBufferPointer) throws -> [(key: ByteString, value: ByteString)] {
    let footerSize = SortedTableWriter.footerSize
    guard bytes.count >= footerSize else {
      throw EngineError.dataLoss("file is too short to be an sstable")
    }
    let footerStart = bytes.count - footerSize
    let magic = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    guard magic == SortedTableWriter.magic else {
      throw EngineError.dataLoss("not an sstable (bad magic number)")
    }
    var footer = ProtoDecoder(UnsafeRawBufferPointer(rebasing: bytes[footerStart..<bytes.count - 8]))
    _ = try block(bytes, try handle(&footer))  // meta data, which checkpoints leave empty
    let index = try block(bytes, try handle(&footer))
    var result: [(key: ByteString, value: ByteString)] = []
    try forEachEntry(index) { _, value in
      try value.withUnsafeBytes {
        var decoder = ProtoDecoder($0)
        try forEachEntry(try block(bytes, try handle(&decoder))) { key, value in
          if let last = result.last?.key, !last.lexicographicallyPrecedes(key) {
            throw EngineError.dataLoss("keys of an sstable are out of order")
          }
          result.append((key, value))
        }
      }
    }
    return result
  }

  private static func handle(_ decoder: inout ProtoDecoder) throws -> (offset: UInt64, size: UInt64) {
    (try decoder.varint(), try decoder.varint())
  }

  /// The checked content of a block.
  private static func block(_ bytes: UnsafeRawBufferPointer, _ handle: (offset: UInt64, size: UInt64)) throws
    -> UnsafeRawBufferPointer
  {
    let limit = UInt64(bytes.count - SortedTableWriter.footerSize)
    guard handle.offset <= limit, handle.size <= limit - handle.offset, limit - handle.offset - handle.size >= 5 else {
      throw EngineError.dataLoss("truncated block read")
    }
    let start = Int(handle.offset)
    let end = start + Int(handle.size)
    let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end + 1, as: UInt32.self))
    guard Checksum(UnsafeRawBufferPointer(rebasing: bytes[start...end])).masked == stored else {
      throw EngineError.dataLoss("block checksum mismatch")
    }
    guard bytes[end] == 0 else {
      throw EngineError.unimplemented("compressed blocks (type \(bytes[end])) of an index are not supported")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  private static func forEachEntry(_ block: UnsafeRawBufferPointer, _ body: (ByteString, ByteString) throws -> Void)
    throws
  {
    guard block.count >= 4 else { throw EngineError.dataLoss("bad block contents") }
    let restarts = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: block.count - 4, as: UInt32.self))
    guard Int(restarts) <= (block.count - 4) / 4 else { throw EngineError.dataLoss("bad block contents") }
    let end = block.count - 4 - 4 * Int(restarts)
    var decoder = ProtoDecoder(UnsafeRawBufferPointer(rebasing: block[..<end]))
    var key: ByteString = []
    while !decoder.isAtEnd {
      let shared = try decoder.varint()
      let unshared = try decoder.varint()
      let valueSize = try decoder.varint()
      guard shared <= UInt64(key.count) else { throw EngineError.dataLoss("bad entry in block") }
      key.removeLast(key.count - Int(shared))
      key.append(contentsOf: try decoder.raw(unshared))
      try body(key, ByteString(try decoder.raw(valueSize)))
    }
  }
}
