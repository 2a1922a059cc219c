import EngineCore

/// Reads messages in protocol buffers' text form.
struct ProtoTextParser {
  private var tokens: ProtoTextTokenizer
  private var token: ProtoTextTokenizer.Token

  init(_ bytes: ByteString) throws {
    tokens = ProtoTextTokenizer(bytes)
    token = try tokens.next()
  }

  mutating func parse(into message: inout ProtoMessage) throws {
    try fields(into: &message, until: nil, depth: 0)
  }

  private func failure(_ expected: String) -> EngineError {
    EngineError.invalidArgument(
      "line \(tokens.line) of a protocol buffer in text form: expected \(expected), got \(token.description)")
  }

  private mutating func advance() throws { token = try tokens.next() }

  private mutating func skip(_ symbol: Character) throws -> Bool {
    guard case .symbol(symbol) = token else { return false }
    try advance()
    return true
  }

  private mutating func fields(into message: inout ProtoMessage, until end: Character?, depth: Int) throws {
    guard depth < ProtoDecoder.depthLimit else {
      throw EngineError.invalidArgument("line \(tokens.line): messages nested too deeply")
    }
    while true {
      if case .end = token {
        if end == nil { return }
        throw failure("'\(end ?? "}")'")
      }
      if let end, try skip(end) { return }
      guard case .word(let name) = token else {
        if case .symbol("[") = token {
          throw EngineError.unimplemented("line \(tokens.line): extensions and expanded Any values are not supported")
        }
        throw failure("the name of a field of \(message.descriptor.name)")
      }
      guard let field = message.descriptor.field(named: name) else {
        throw EngineError.invalidArgument(
          "line \(tokens.line): message type '\(message.descriptor.name)' has no field named '\(name)'")
      }
      try advance()
      let hadColon = try skip(":")
      if try skip("[") {
        if try !skip("]") {
          repeat { try value(of: field, into: &message, hadColon: hadColon, depth: depth) } while try skip(",")
          guard try skip("]") else { throw failure("',' or ']'") }
        }
      } else {
        try value(of: field, into: &message, hadColon: hadColon, depth: depth)
      }
      if try !skip(",") { _ = try skip(";") }
    }
  }

  private mutating func value(
    of field: ProtoField, into message: inout ProtoMessage, hadColon: Bool, depth: Int
  ) throws {
    switch field.cardinality {
    case .map(let keyType):
      let (key, value) = try mapEntry(keyType, field.type, depth)
      message.setEntry(field, key, value)
    case .repeated: message.append(field, try single(field.type, hadColon, depth))
    case .single:
      if message.values[field.slot] != nil {
        throw EngineError.invalidArgument(
          "line \(tokens.line): message type '\(message.descriptor.name)' should not have multiple '\(field.name)' fields"
        )
      }
      message.set(field, try single(field.type, hadColon, depth))
    }
  }

  private mutating func mapEntry(_ keyType: ProtoType, _ type: ProtoType, _ depth: Int) throws -> (ProtoKey, ProtoValue)
  {
    let end = try openMessage()
    var key: ProtoValue?
    var value: ProtoValue?
    while try !skip(end) {
      guard case .word(let name) = token else { throw failure("'key' or 'value'") }
      try advance()
      let hadColon = try skip(":")
      switch name {
      case "key": key = try single(keyType, hadColon, depth + 1)
      case "value": value = try single(type, hadColon, depth + 1)
      default: throw EngineError.invalidArgument("line \(tokens.line): a map entry has no field named '\(name)'")
      }
      if try !skip(",") { _ = try skip(";") }
    }
    return (try ProtoKey(key, keyType), try value ?? type.defaultValue())
  }

  /// Consumes the bracket that opens a message and says which one closes it.
  private mutating func openMessage() throws -> Character {
    if try skip("{") { return "}" }
    if try skip("<") { return ">" }
    throw failure("'{'")
  }

  private mutating func single(_ type: ProtoType, _ hadColon: Bool, _ depth: Int) throws -> ProtoValue {
    if case .message(let name) = type {
      let end = try openMessage()
      var inner = try ProtoMessage(name)
      try fields(into: &inner, until: end, depth: depth + 1)
      return .message(inner)
    }
    guard hadColon else { throw failure("':'") }
    switch type {
    case .string:
      guard let text = String(validating: try quoted(), as: UTF8.self) else {
        throw EngineError.invalidArgument("line \(tokens.line): text is not valid UTF-8")
      }
      return .string(text)
    case .bytes: return .bytes(try quoted())
    case .bool:
      guard case .word(let word) = token else { throw failure("a Boolean") }
      try advance()
      switch word {
      case "true", "True", "t", "1": return .bool(true)
      case "false", "False", "f", "0": return .bool(false)
      default: throw EngineError.invalidArgument("line \(tokens.line): expected a Boolean, got '\(word)'")
      }
    case .enumeration(let names):
      let text = try number()
      if let value = names.number(of: text) { return .int(Int64(value)) }
      guard let value = Int32(text) else {
        throw EngineError.invalidArgument("line \(tokens.line): enum type '\(names.name)' has no value named '\(text)'")
      }
      return .int(Int64(value))
    case .double: return .double(try floating())
    case .float: return .float(try floatingSingle())
    default: return try whole(type)
    }
  }

  private mutating func quoted() throws -> ByteString {
    guard case .text(var bytes) = token else { throw failure("a quoted string") }
    try advance()
    while case .text(let more) = token {
      bytes += more
      try advance()
    }
    return bytes
  }

  /// A word with an optional minus sign.
  private mutating func number() throws -> String {
    let isNegative = try skip("-")
    guard case .word(let word) = token else { throw failure("a value") }
    try advance()
    return (isNegative ? "-" : "") + word
  }

  private mutating func floatingText() throws -> String {
    var text = try number().lowercased()
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    if digits.hasSuffix("f"), digits != "inf", digits.first?.isNumber == true || digits.first == "." {
      text.removeLast()
    }
    return text
  }

  private mutating func floating() throws -> Double {
    let text = try floatingText()
    guard !text.hasPrefix("0x"), let value = Double(text.hasSuffix(".") ? text + "0" : text) else {
      throw EngineError.invalidArgument("line \(tokens.line): expected a number, got '\(text)'")
    }
    return value
  }

  private mutating func floatingSingle() throws -> Float {
    let text = try floatingText()
    guard !text.hasPrefix("0x"), let value = Float(text.hasSuffix(".") ? text + "0" : text) else {
      throw EngineError.invalidArgument("line \(tokens.line): expected a number, got '\(text)'")
    }
    return value
  }

  private mutating func whole(_ type: ProtoType) throws -> ProtoValue {
    let text = try number()
    let isNegative = text.hasPrefix("-")
    var digits = isNegative ? text.dropFirst() : text[...]
    var radix = 10
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      radix = 16
      digits = digits.dropFirst(2)
    } else if digits.count > 1, digits.hasPrefix("0") {
      radix = 8
      digits = digits.dropFirst()
    }
    let body = (isNegative ? "-" : "") + digits
    let value: Int64? =
      switch type {
      case .int32: Int32(body, radix: radix).map { Int64($0) }
      case .uint32, .fixed32: UInt32(body, radix: radix).map { Int64($0) }
      case .uint64, .fixed64: UInt64(body, radix: radix).map { Int64(bitPattern: $0) }
      default: Int64(body, radix: radix)
      }
    guard let value else {
      throw EngineError.invalidArgument(
        "line \(tokens.line): expected a whole number of the field's type, got '\(text)'")
    }
    return .int(value)
  }
}

extension ProtoMessage {
  /// Parses the text form.
  /// **Errors**: `InvalidArgument` with the line for anything that does not fit.
  public init(_ name: String, parsingText bytes: ByteString) throws {
    try self.init(name)
    var parser = try ProtoTextParser(bytes)
    try parser.parse(into: &self)
  }
}
