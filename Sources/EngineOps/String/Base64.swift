import EngineCore

/// Base64 with `-` and `_` in place of `+` and `/`.
enum Base64 {
  private static let alphabet = ByteString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let values: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  static func encode(_ bytes: ByteString, pad: Bool) -> ByteString {
    var result: ByteString = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<Swift.min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= UInt32(8 * (3 - group.count))
      for position in 0..<(group.count + 1) { result.append(alphabet[Int(bits >> UInt32(18 - 6 * position) & 63)]) }
      if pad { result += ByteString(repeating: 0x3d, count: 3 - group.count) }
    }
    return result
  }

  /// **Errors**: `InvalidArgument` for other characters and lengths that cannot be.
  static func decode(_ text: ByteString) throws -> ByteString {
    var digits = text[...]
    while digits.last == 0x3d, text.count - digits.count < 2 { digits.removeLast() }
    guard digits.count % 4 != 1 else { throw EngineError.invalidArgument("Base64 string length cannot be 1 modulo 4.") }
    var result: ByteString = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for character in digits {
      guard let value = values[Int(character)] else {
        throw EngineError.invalidArgument("Invalid character found in base64.")
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return result
  }
}
