import EngineCore

/// A JSON document (RFC 8259), as `TF_CONFIG` holds one.
public enum Json: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([Json])
  case object([String: Json])

  /// **Errors**: `ValueError` with the byte position of the mistake.
  public init(parsing text: String) throws {
    var reader = Reader(bytes: Array(text.utf8))
    self = try reader.document()
  }

  subscript(key: String) -> Json? {
    if case .object(let members) = self { return members[key] }
    return nil
  }

  /// Whether Python would take it for false: null, false, zero, empty.
  var isEmpty: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .number(let value): value == 0
    case .string(let value): value.isEmpty
    case .array(let items): items.isEmpty
    case .object(let members): members.isEmpty
    }
  }

  var text: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    private func failure(_ expected: String) -> EngineError {
      EngineError.value("malformed JSON at byte \(position): expected \(expected)")
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func document() throws -> Json {
      let result = try value()
      skipSpace()
      guard current == nil else { throw failure("the end") }
      return result
    }

    private mutating func skipSpace() {
      while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      skipSpace()
      guard current == byte else { return false }
      position += 1
      return true
    }

    private mutating func value() throws -> Json {
      guard depth < 200 else { throw failure("at most 200 nested values") }
      depth += 1
      defer { depth -= 1 }
      skipSpace()
      switch current {
      case UInt8(ascii: "{"): return try object()
      case UInt8(ascii: "["): return try array()
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      default: return try number()
      }
    }

    private mutating func word(_ text: String, _ result: Json) throws -> Json {
      let expected = Array(text.utf8)
      guard position + expected.count <= bytes.count, Array(bytes[position..<position + expected.count]) == expected
      else { throw failure(text) }
      position += expected.count
      return result
    }

    private mutating func object() throws -> Json {
      position += 1
      var members: [String: Json] = [:]
      if take(UInt8(ascii: "}")) { return .object(members) }
      repeat {
        skipSpace()
        guard current == UInt8(ascii: "\"") else { throw failure("a member name") }
        let name = try string()
        guard take(UInt8(ascii: ":")) else { throw failure("':'") }
        members[name] = try value()
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "}")) else { throw failure("',' or '}'") }
      return .object(members)
    }

    private mutating func array() throws -> Json {
      position += 1
      var items: [Json] = []
      if take(UInt8(ascii: "]")) { return .array(items) }
      repeat { items.append(try value()) } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "]")) else { throw failure("',' or ']'") }
      return .array(items)
    }

    private mutating func number() throws -> Json {
      let start = position
      while let byte = current, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
      guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        position = start
        throw failure("a value")
      }
      return .number(value)
    }

    private mutating func unit() throws -> UInt16 {
      guard position + 4 <= bytes.count,
        let code = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
      else { throw failure("four hexadecimal digits") }
      position += 4
      return code
    }

    private mutating func string() throws -> String {
      position += 1
      var result: [UInt8] = []
      while let byte = current {
        position += 1
        if byte == UInt8(ascii: "\"") { return String(decoding: result, as: UTF8.self) }
        guard byte == UInt8(ascii: "\\") else {
          guard byte >= 0x20 else { throw failure("no control character inside a string") }
          result.append(byte)
          continue
        }
        guard let escape = current else { break }
        position += 1
        switch escape {
        case UInt8(ascii: "n"): result.append(0x0a)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "r"): result.append(0x0d)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0c)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
        case UInt8(ascii: "u"):
          var units = [try unit()]
          if units[0] & 0xfc00 == 0xd800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
          {
            position += 2
            units.append(try unit())
          }
          result.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
        default: throw failure("a known escape")
        }
      }
      throw failure("a closing quote")
    }
  }
}
