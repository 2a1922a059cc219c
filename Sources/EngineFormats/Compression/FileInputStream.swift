import EngineCore

/// Reads a file front to back, decompressing it when it is compressed. Not thread-safe.
public final class FileInputStream {
  /// The path that the file was opened by.
  public let path: String
  private let file: InputFile
  private let blockSize: Int
  private let compression: RecordCompression
  private var block: ByteString = []
  private var blockStart = 0
  private var position = 0
  private var input: BitReader?
  private var inflater = Inflater()
  private var check: StreamCheck
  /// Whether the reader stands inside a member of a compressed file.
  private var isInside = false
  private var isAtEnd = false

  /// - Parameter blockSize: bytes that are read from the file at a time.
  /// **Errors**: `NotFound` and the like.
  public init(_ path: String, compression: RecordCompression = .none, blockSize: Int = 1 << 18) throws {
    self.path = path
    self.compression = compression
    self.blockSize = blockSize > 0 ? min(max(blockSize, 4096), 64 << 20) : 1 << 18
    let file = try InputFile(path)
    self.file = file
    check = StreamCheck(compression)
    guard compression != .none else { return }
    var offset = 0
    let size = min(self.blockSize, 1 << 16)
    input = BitReader {
      let bytes = try ByteString(unsafeUninitializedCapacity: size) { target, count in
        count = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(start: target.baseAddress, count: size))
      }
      offset += bytes.count
      return bytes
    }
  }

  /// The size of the file as it lies on disk.
  public func byteCountOnDisk() throws -> Int { try file.byteCount() }

  /// The next line without its end (`\n` or `\r\n`); `nil` at the end.
  public func line() throws -> ByteString? {
    var result: ByteString = []
    var isAtEnd = true
    while try refill() {
      isAtEnd = false
      let rest = block[blockStart...]
      if let end = rest.firstIndex(of: 0x0a) {
        result += rest[..<end]
        blockStart = end + 1
        break
      }
      result += rest
      blockStart = block.count
    }
    if isAtEnd { return nil }
    if result.last == 0x0d { result.removeLast() }
    return result
  }

  /// The next `count` bytes; fewer at the end. Memory grows with what is there, not with `count`.
  public func bytes(_ count: Int) throws -> ByteString {
    var result: ByteString = []
    while result.count < count, try refill() {
      let size = min(count - result.count, block.count - blockStart)
      result += block[blockStart..<(blockStart + size)]
      blockStart += size
    }
    return result
  }

  /// Makes sure that the block holds something; false at the end.
  private func refill() throws -> Bool {
    if blockStart < block.count { return true }
    if isAtEnd { return false }
    block = compression == .none ? try plainBlock() : try inflatedBlock()
    blockStart = 0
    isAtEnd = block.isEmpty
    return !isAtEnd
  }

  private func plainBlock() throws -> ByteString {
    try checkRoom(for: blockSize, of: UInt8.self)
    let bytes = try ByteString(unsafeUninitializedCapacity: blockSize) { target, count in
      count = try file.read(
        at: position, into: UnsafeMutableRawBufferPointer(start: target.baseAddress, count: blockSize))
    }
    position += bytes.count
    return bytes
  }

  private func inflatedBlock() throws -> ByteString {
    guard var reader = input else { return [] }
    defer { input = reader }
    while true {
      if !isInside {
        guard try !reader.isAtEnd() else { return [] }
        try readHeader(&reader)
        isInside = true
        inflater = Inflater()
        check = StreamCheck(compression)
      }
      let piece = try inflater.read(1 << 16, from: &reader)
      check.update(piece)
      if piece.isEmpty {
        try readFooter(&reader)
        isInside = false
        continue
      }
      return ByteString(piece)
    }
  }

  private func readHeader(_ input: inout BitReader) throws {
    if compression == .zlib {
      let (method, flags) = (try input.bits(8), try input.bits(8))
      guard method & 15 == 8, method >> 4 <= 7, (method << 8 | flags) % 31 == 0, flags & 0x20 == 0 else {
        throw EngineError.dataLoss("inflate() failed with error -3: incorrect header check in \(path)")
      }
      return
    }
    guard try input.bits(16) == 0x8b1f, try input.bits(8) == 8 else {
      throw EngineError.dataLoss("inflate() failed with error -3: incorrect header check in \(path)")
    }
    let flags = try input.bits(8)
    guard flags & 0xe0 == 0 else {
      throw EngineError.dataLoss("inflate() failed with error -3: unknown header flags set in \(path)")
    }
    for _ in 0..<6 { _ = try input.bits(8) }  // time, level, system
    if flags & 4 != 0 { for _ in 0..<(try input.bits(16)) { _ = try input.bits(8) } }
    for text in [8, 16] where flags & text != 0 { while try input.bits(8) != 0 {} }
    if flags & 2 != 0 { _ = try input.bits(16) }
  }

  private func readFooter(_ input: inout BitReader) throws {
    input.alignToByte()
    var stored = UInt32(0)
    for index in 0..<4 {
      let byte = UInt32(try input.bits(8))
      stored |= byte << UInt32(compression == .zlib ? 24 - 8 * index : 8 * index)
    }
    guard stored == check.value else {
      throw EngineError.dataLoss("inflate() failed with error -3: incorrect data check in \(path)")
    }
    guard compression == .gzip else { return }
    guard UInt32(try input.bits(32)) == check.byteCount else {
      throw EngineError.dataLoss("inflate() failed with error -3: incorrect length check in \(path)")
    }
  }
}
