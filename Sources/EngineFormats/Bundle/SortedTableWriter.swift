import EngineCore

/// Builds one block of a sorted table: entries whose keys share prefixes, then restart points.
struct TableBlockBuilder {
  let restartInterval: Int
  private(set) var bytes: ByteString = []
  private var restarts: [UInt32] = [0]
  private var entriesSinceRestart = 0
  private var lastKey: ByteString = []

  init(restartInterval: Int) { self.restartInterval = restartInterval }

  var isEmpty: Bool { bytes.isEmpty }
  var estimatedSize: Int { bytes.count + 4 * restarts.count + 4 }

  mutating func add(_ key: ByteString, _ value: ByteString) {
    var shared = 0
    if entriesSinceRestart < restartInterval {
      let limit = min(lastKey.count, key.count)
      while shared < limit, lastKey[shared] == key[shared] { shared += 1 }
    } else {
      restarts.append(UInt32(truncatingIfNeeded: bytes.count))
      entriesSinceRestart = 0
    }
    var header = ProtoEncoder()
    header.varint(UInt64(shared))
    header.varint(UInt64(key.count - shared))
    header.varint(UInt64(value.count))
    bytes += header.bytes
    bytes += key[shared...]
    bytes += value
    lastKey = key
    entriesSinceRestart += 1
  }

  /// The finished block; the builder starts afresh.
  mutating func finish() -> ByteString {
    var encoder = ProtoEncoder()
    for restart in restarts { encoder.fixed32(restart) }
    encoder.fixed32(UInt32(restarts.count))
    let block = bytes + encoder.bytes
    self = TableBlockBuilder(restartInterval: restartInterval)
    return block
  }
}

/// Writes a sorted table of keys and values (the format of a checkpoint's index).
///
/// Blocks of entries, an empty block of meta data, a block of handles on the blocks, and a footer. Keys must come in
/// ascending order.
struct SortedTableWriter {
  static let blockSize = 262_144
  static let footerSize = 48
  static let magic: UInt64 = 0xdb47_7524_8b80_fb57

  private let output: OutputFile
  private var data = TableBlockBuilder(restartInterval: 16)
  private var index = TableBlockBuilder(restartInterval: 1)
  private var lastKey: ByteString = []
  /// The handle of a block whose separator depends on the next key.
  private var pendingHandle: ByteString?
  private var offset = 0

  init(_ output: OutputFile) { self.output = output }

  mutating func add(_ key: ByteString, _ value: ByteString) throws {
    if let handle = pendingHandle {
      index.add(Self.separator(lastKey, key), handle)
      pendingHandle = nil
    }
    data.add(key, value)
    lastKey = key
    if data.estimatedSize >= Self.blockSize { try closeBlock() }
  }

  mutating func finish() throws {
    try closeBlock()
    var meta = TableBlockBuilder(restartInterval: 16)
    let metaHandle = try write(meta.finish())
    if let handle = pendingHandle { index.add(Self.successor(lastKey), handle) }
    let indexHandle = try write(index.finish())
    var footer = metaHandle + indexHandle
    footer += [UInt8](repeating: 0, count: Self.footerSize - 8 - footer.count)
    var encoder = ProtoEncoder()
    encoder.fixed64(Self.magic)
    try output.write(footer + encoder.bytes)
  }

  private mutating func closeBlock() throws {
    if data.isEmpty { return }
    pendingHandle = try write(data.finish())
  }

  /// Writes a block with its trailer (type "not compressed", checksum) and returns its handle.
  private mutating func write(_ block: ByteString) throws -> ByteString {
    var handle = ProtoEncoder()
    handle.varint(UInt64(offset))
    handle.varint(UInt64(block.count))
    var sum = Checksum(block)
    sum.update([0])
    var trailer = ProtoEncoder()
    trailer.fixed32(sum.masked)
    try output.write(block)
    try output.write([0] + trailer.bytes)
    offset += block.count + 5
    return handle.bytes
  }

  /// A short key that is at least `last` and below `next`.
  static func separator(_ last: ByteString, _ next: ByteString) -> ByteString {
    let limit = min(last.count, next.count)
    guard let index = (0..<limit).first(where: { last[$0] != next[$0] }) else { return last }
    guard last[index] < 0xff, last[index] + 1 < next[index] else { return last }
    return last[..<index] + [last[index] + 1]
  }

  /// A short key that is at least `last`.
  static func successor(_ last: ByteString) -> ByteString {
    guard let index = last.firstIndex(where: { $0 != 0xff }) else { return last }
    return last[..<index] + [last[index] + 1]
  }
}
