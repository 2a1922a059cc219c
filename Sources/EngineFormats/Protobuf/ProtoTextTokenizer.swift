import EngineCore

/// Cuts protocol buffers' text form into words, quoted strings and symbols; skips white space and `#` comments.
struct ProtoTextTokenizer {
  enum Token {
    /// A name or a number (without its sign).
    case word(String)
    /// A quoted string with its escapes resolved.
    case text(ByteString)
    case symbol(Character)
    case end

    var description: String {
      switch self {
      case .word(let word): "'\(word)'"
      case .text: "a quoted string"
      case .symbol(let symbol): "'\(symbol)'"
      case .end: "the end of the text"
      }
    }
  }

  private let bytes: ByteString
  private var position = 0
  private(set) var line = 1

  init(_ bytes: ByteString) { self.bytes = bytes }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  mutating func next() throws -> Token {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "#") {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
        position += 1
      } else {
        break
      }
    }
    guard position < bytes.count else { return .end }
    let byte = bytes[position]
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return .text(try quoted(byte)) }
    if Self.isWord(byte) { return .word(word()) }
    guard byte < 0x80, byte > 0x20 else {
      throw EngineError.invalidArgument("line \(line) of a protocol buffer in text form: unexpected byte \(byte)")
    }
    position += 1
    return .symbol(Character(UnicodeScalar(byte)))
  }

  private mutating func word() -> String {
    let start = position
    let isNumber = (48...57).contains(bytes[start]) || bytes[start] == UInt8(ascii: ".")
    let isHex = isNumber && start + 1 < bytes.count && bytes[start + 1] | 0x20 == UInt8(ascii: "x")
    while position < bytes.count {
      if Self.isWord(bytes[position]) {
        position += 1
      } else if isNumber, !isHex, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-"),
        bytes[position - 1] | 0x20 == UInt8(ascii: "e")
      {
        position += 1  // the sign of an exponent
      } else {
        break
      }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func quoted(_ quote: UInt8) throws -> ByteString {
    position += 1
    var result: ByteString = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == quote { return result }
      if byte == UInt8(ascii: "\n") { break }
      if byte == UInt8(ascii: "\\") { try escape(into: &result) } else { result.append(byte) }
    }
    throw EngineError.invalidArgument("line \(line) of a protocol buffer in text form: a quoted string is not closed")
  }

  private mutating func escape(into result: inout ByteString) throws {
    guard position < bytes.count else { return }  // reported as a string that is not closed
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): result.append(10)
    case UInt8(ascii: "r"): result.append(13)
    case UInt8(ascii: "t"): result.append(9)
    case UInt8(ascii: "a"): result.append(7)
    case UInt8(ascii: "b"): result.append(8)
    case UInt8(ascii: "f"): result.append(12)
    case UInt8(ascii: "v"): result.append(11)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "?"): result.append(byte)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      position -= 1
      result.append(UInt8(truncatingIfNeeded: digits(upTo: 3, radix: 8)))
    case UInt8(ascii: "x"), UInt8(ascii: "X"): result.append(UInt8(truncatingIfNeeded: digits(upTo: 2, radix: 16)))
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      guard let scalar = UnicodeScalar(digits(upTo: byte == UInt8(ascii: "u") ? 4 : 8, radix: 16)) else {
        throw EngineError.invalidArgument("line \(line) of a protocol buffer in text form: not a Unicode character")
      }
      result += Array(String(Character(scalar)).utf8)
    default:
      throw EngineError.invalidArgument("line \(line) of a protocol buffer in text form: unknown escape sequence")
    }
  }

  private mutating func digits(upTo count: Int, radix: UInt32) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard position < bytes.count, let digit = UInt32(String(UnicodeScalar(bytes[position])), radix: Int(radix)) else {
        break
      }
      value = value &* radix &+ digit
      position += 1
    }
    return value
  }
}
