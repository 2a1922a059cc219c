import EngineCore

/// A Huffman code of DEFLATE, as a table for the short codes and a canonical search for the long ones.
///
/// **Source**: RFC 1951, section 3.2.2.
struct HuffmanTable {
  /// Codes up to this length are found in one look.
  static let shortLength = 10
  static let longestLength = 15

  /// For each value of the next `shortLength` bits: symbol * 16 + length; 0 when the code is longer or invalid.
  private var short: [UInt16]
  /// How many codes there are of each length.
  private var counts = [Int](repeating: 0, count: HuffmanTable.longestLength + 1)
  /// The symbols in the order of their codes.
  private var symbols: [UInt16] = []

  /// - Parameter lengths: the length of each symbol's code; 0 for symbols that do not occur.
  /// **Errors**: `DataLoss` for lengths that are no code. A single code of one bit is allowed, as encoders write it.
  init(lengths: [UInt8]) throws {
    for length in lengths {
      guard length <= HuffmanTable.longestLength else { throw Inflater.damaged("a code is too long") }
      counts[Int(length)] += 1
    }
    counts[0] = 0
    var left = 1
    for length in 1...HuffmanTable.longestLength {
      left = left * 2 - counts[length]
      guard left >= 0 else { throw Inflater.damaged("too many codes") }
    }
    let total = counts.reduce(0, +)
    guard left == 0 || total <= 1 else { throw Inflater.damaged("incomplete set of codes") }

    var offsets = [Int](repeating: 0, count: HuffmanTable.longestLength + 2)
    var firstCodes = offsets
    for length in 1...HuffmanTable.longestLength {
      offsets[length + 1] = offsets[length] + counts[length]
      firstCodes[length + 1] = (firstCodes[length] + counts[length]) * 2
    }
    symbols = [UInt16](repeating: 0, count: total)
    short = [UInt16](repeating: 0, count: 1 << HuffmanTable.shortLength)
    for (symbol, size) in lengths.enumerated() where size > 0 {
      let length = Int(size)
      symbols[offsets[length]] = UInt16(symbol)
      offsets[length] += 1
      let code = firstCodes[length]
      firstCodes[length] += 1
      guard length <= HuffmanTable.shortLength else { continue }
      // Codes come with their first bit lowest, so the table is indexed by reversed codes.
      var reversed = 0
      for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
      for index in stride(from: reversed, to: short.count, by: 1 << length) {
        short[index] = UInt16(symbol) << 4 | UInt16(length)
      }
    }
  }

  /// The next symbol.
  /// **Errors**: `DataLoss` for bits that are no code, or when the input ends.
  func decode(_ input: inout BitReader) throws -> Int {
    let bits = try input.peek(HuffmanTable.longestLength)
    let entry = Int(short[bits & (1 << HuffmanTable.shortLength - 1)])
    if entry != 0 {
      try input.drop(entry & 15)
      return entry >> 4
    }
    var (code, first, index) = (0, 0, 0)
    for length in 1...HuffmanTable.longestLength {
      code |= bits >> (length - 1) & 1
      let count = counts[length]
      if code - count < first {
        try input.drop(length)
        return Int(symbols[index + (code - first)])
      }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw Inflater.damaged("invalid code")
  }
}
