import EngineCore

/// Decompresses DEFLATE data as it is asked for, so that memory does not depend on what the data expands to.
///
/// **Source**: RFC 1951.
struct Inflater {
  static let truncated = EngineError.dataLoss("inflate() failed: the compressed data ends too early")
  static func damaged(_ what: String) -> EngineError {
    .dataLoss("inflate() failed with error -3: \(what) in compressed data")
  }

  private enum Block {
    case none
    case stored(remaining: Int)
    case coded(literals: HuffmanTable, distances: HuffmanTable)
  }

  private static let windowSize = 1 << 15

  private var block = Block.none
  private var isLastBlock = false
  /// Whether the data's last block has been read.
  private(set) var isFinished = false
  /// The last `windowSize` bytes or more, and behind them what has not been taken.
  private var output: ByteString = []
  private var taken = 0

  /// Up to `count` bytes; fewer only at the end of the data.
  /// **Errors**: `DataLoss` for damaged or truncated data.
  mutating func read(_ count: Int, from input: inout BitReader) throws -> ArraySlice<UInt8> {
    if taken > 4 * Inflater.windowSize {
      output.removeFirst(taken - Inflater.windowSize)
      taken = Inflater.windowSize
    }
    while output.count - taken < count, !isFinished { try step(&input, until: taken + count) }
    let end = min(taken + count, output.count)
    defer { taken = end }
    return output[taken..<end]
  }

  private mutating func step(_ input: inout BitReader, until end: Int) throws {
    switch block {
    case .none:
      if isLastBlock {
        isFinished = true
        return
      }
      isLastBlock = try input.bits(1) == 1
      switch try input.bits(2) {
      case 0:
        input.alignToByte()
        let (length, complement) = (try input.bits(16), try input.bits(16))
        guard length ^ 0xffff == complement else { throw Inflater.damaged("invalid stored block lengths") }
        block = .stored(remaining: length)
      case 1: block = .coded(literals: try FixedCodes.literals.get(), distances: try FixedCodes.distances.get())
      case 2: block = try Inflater.dynamicBlock(&input)
      default: throw Inflater.damaged("invalid block type")
      }
    case .stored(let remaining):
      let count = min(remaining, max(end - output.count, 0))
      for _ in 0..<count { output.append(UInt8(try input.bits(8))) }
      block = remaining > count ? .stored(remaining: remaining - count) : .none
    case .coded(let literals, let distances):
      while output.count < end {
        let symbol = try literals.decode(&input)
        if symbol < 256 {
          output.append(UInt8(symbol))
        } else if symbol == 256 {
          block = .none
          return
        } else {
          try copy(symbol, distances, &input)
        }
      }
    }
  }

  private mutating func copy(_ symbol: Int, _ distances: HuffmanTable, _ input: inout BitReader) throws {
    guard symbol - 257 < MatchCodes.lengthBases.count else { throw Inflater.damaged("invalid length code") }
    let length =
      MatchCodes.lengthBases[symbol - 257] + (try input.bits(MatchCodes.lengthBits[symbol - 257]))
    let code = try distances.decode(&input)
    guard code < MatchCodes.distanceBases.count else { throw Inflater.damaged("invalid distance code") }
    let distance = MatchCodes.distanceBases[code] + (try input.bits(MatchCodes.distanceBits[code]))
    guard distance <= output.count else { throw Inflater.damaged("invalid distance too far back") }
    let start = output.count - distance
    // The copy may run into what it has just written.
    for index in start..<(start + length) { output.append(output[index]) }
  }

  private static func dynamicBlock(_ input: inout BitReader) throws -> Block {
    let literalCount = try input.bits(5) + 257
    let distanceCount = try input.bits(5) + 1
    let codeCount = try input.bits(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw damaged("too many length or distance symbols") }
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for symbol in MatchCodes.codeLengthOrder.prefix(codeCount) { codeLengths[symbol] = UInt8(try input.bits(3)) }
    let codes = try HuffmanTable(lengths: codeLengths)
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try codes.decode(&input)
      switch symbol {
      case 0..<16: lengths.append(UInt8(symbol))
      case 16:
        guard let last = lengths.last else { throw damaged("invalid bit length repeat") }
        lengths += [UInt8](repeating: last, count: 3 + (try input.bits(2)))
      case 17: lengths += [UInt8](repeating: 0, count: 3 + (try input.bits(3)))
      default: lengths += [UInt8](repeating: 0, count: 11 + (try input.bits(7)))
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw damaged("invalid bit length repeat") }
    guard lengths[256] != 0 else { throw damaged("missing end-of-block code") }
    return .coded(
      literals: try HuffmanTable(lengths: Array(lengths[..<literalCount])),
      distances: try HuffmanTable(lengths: Array(lengths[literalCount...])))
  }
}

/// What the symbols of matches stand for.
enum MatchCodes {
  static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  static let lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
  static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]
  static let distanceBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
  ]
  static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
}

/// The codes of blocks that bring none along.
enum FixedCodes {
  static let literals = Result {
    try HuffmanTable(
      lengths: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
        + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))
  }
  static let distances = Result { try HuffmanTable(lengths: [UInt8](repeating: 5, count: 32)) }
}
