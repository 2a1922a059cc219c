import EngineCore

/// Compresses to DEFLATE data: repeats found with hash chains, written with the fixed codes.
///
/// **Source**: RFC 1951.
struct Deflater {
  private(set) var output: ByteString = []
  private var held: UInt64 = 0
  private var heldCount = 0

  private static let windowSize = 1 << 15
  private static let hashBits = 15
  private static let chainLength = 32
  private static let longestMatch = 258

  /// What has been written since the last call.
  mutating func takeOutput() -> ByteString {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  private mutating func put(_ value: Int, _ count: Int) {
    held |= UInt64(value) << UInt64(heldCount)
    heldCount += count
    while heldCount >= 8 {
      output.append(UInt8(truncatingIfNeeded: held))
      held >>= 8
      heldCount -= 8
    }
  }

  /// Codes are written with their first bit lowest.
  private mutating func putCode(_ code: Int, _ count: Int) {
    var reversed = 0
    for bit in 0..<count where code >> bit & 1 == 1 { reversed |= 1 << (count - 1 - bit) }
    put(reversed, count)
  }

  private mutating func putLiteral(_ symbol: Int) {
    switch symbol {
    case ..<144: putCode(0x30 + symbol, 8)
    case ..<256: putCode(0x190 + symbol - 144, 9)
    case ..<280: putCode(symbol - 256, 7)
    default: putCode(0xc0 + symbol - 280, 8)
    }
  }

  private mutating func putMatch(length: Int, distance: Int) {
    let lengthCode = (MatchCodes.lengthBases.lastIndex { $0 <= length }) ?? 0
    putLiteral(257 + lengthCode)
    put(length - MatchCodes.lengthBases[lengthCode], MatchCodes.lengthBits[lengthCode])
    let distanceCode = (MatchCodes.distanceBases.lastIndex { $0 <= distance }) ?? 0
    putCode(distanceCode, 5)
    put(distance - MatchCodes.distanceBases[distanceCode], MatchCodes.distanceBits[distanceCode])
  }

  /// Writes a block with these bytes.
  mutating func block(_ bytes: UnsafeRawBufferPointer, isLast: Bool) {
    put(isLast ? 1 : 0, 1)
    put(1, 2)
    var heads = [Int32](repeating: -1, count: 1 << Deflater.hashBits)
    var previous = [Int32](repeating: -1, count: Deflater.windowSize)
    func hash(_ at: Int) -> Int {
      let value = UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
      return Int((value &* 0x9E37_79B1) >> UInt32(32 - Deflater.hashBits))
    }
    func enter(_ at: Int) {
      guard at + 2 < bytes.count else { return }
      let slot = hash(at)
      previous[at & (Deflater.windowSize - 1)] = heads[slot]
      heads[slot] = Int32(truncatingIfNeeded: at)
    }
    var at = 0
    while at < bytes.count {
      var (best, distance) = (0, 0)
      if at + 2 < bytes.count {
        var candidate = Int(heads[hash(at)])
        var tries = Deflater.chainLength
        let limit = min(Deflater.longestMatch, bytes.count - at)
        while candidate >= 0, at - candidate <= Deflater.windowSize - 1, tries > 0, best < limit {
          var length = 0
          while length < limit, bytes[candidate + length] == bytes[at + length] { length += 1 }
          if length > best { (best, distance) = (length, at - candidate) }
          candidate = Int(previous[candidate & (Deflater.windowSize - 1)])
          tries -= 1
        }
      }
      if best >= 3 {
        putMatch(length: best, distance: distance)
        for step in 0..<best { enter(at + step) }
        at += best
      } else {
        putLiteral(Int(bytes[at]))
        enter(at)
        at += 1
      }
    }
    putLiteral(256)
    if isLast { align() }
  }

  /// Writes an empty stored block, so that all that came before can be read from the bytes written.
  mutating func flush() {
    put(0, 3)
    align()
    put(0, 16)
    put(0xffff, 16)
  }

  private mutating func align() {
    if heldCount > 0 { put(0, 8 - heldCount) }
  }
}
