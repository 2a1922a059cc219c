import EngineCore

/// Reads bits, the lowest of each byte first, from a source of bytes.
struct BitReader {
  /// Gives some more bytes; none at the end.
  typealias Refill = () throws -> ByteString

  private let refill: Refill
  private var bytes: ByteString = []
  private var position = 0
  private var isAtEndOfSource = false
  private var held: UInt64 = 0
  private var heldCount = 0

  init(_ refill: @escaping Refill) { self.refill = refill }

  private mutating func nextByte() throws -> UInt8? {
    if position == bytes.count {
      if isAtEndOfSource { return nil }
      bytes = try refill()
      position = 0
      if bytes.isEmpty {
        isAtEndOfSource = true
        return nil
      }
    }
    defer { position += 1 }
    return bytes[position]
  }

  /// The next `count` (at most 32) bits without taking them; zeros stand for bits behind the end.
  mutating func peek(_ count: Int) throws -> Int {
    while heldCount < count, let byte = try nextByte() {
      held |= UInt64(byte) << UInt64(heldCount)
      heldCount += 8
    }
    return Int(held & (1 << UInt64(count) - 1))
  }

  /// Takes bits that have been peeked at.
  /// **Errors**: `DataLoss` when they lie behind the end.
  mutating func drop(_ count: Int) throws {
    guard count <= heldCount else { throw Inflater.truncated }
    held >>= UInt64(count)
    heldCount -= count
  }

  /// The next `count` (at most 32) bits as a number.
  mutating func bits(_ count: Int) throws -> Int {
    let value = try peek(count)
    try drop(count)
    return value
  }

  /// Goes on at the next whole byte.
  mutating func alignToByte() {
    held >>= UInt64(heldCount & 7)
    heldCount -= heldCount & 7
  }

  /// Whether there is nothing left but bits that fill up a byte.
  mutating func isAtEnd() throws -> Bool {
    alignToByte()
    _ = try peek(8)
    return heldCount == 0
  }
}
