import EngineCore

// Protocol buffers without generated code: a ``ProtoMessage`` holds the fields of any message that ``ProtoSchema``
// describes.
//
//   var node = try ProtoMessage("NodeDef")
//   node["name"] = "x"                                // literals: text, bytes, whole numbers, floats, Booleans
//   node.append("input", "y:1")
//   node.setEntry("attr", "T", .message(value))
//   node.serialized()                                 // wire form, deterministic
//   node.text()                                       // text form
//   let copy = try ProtoMessage("NodeDef", parsing: bytes)
//   let name = copy.string("name")

/// The value of a field of a ``ProtoMessage``.
public enum ProtoValue: Sendable {
  /// Any signed or unsigned whole number (unsigned 64-bit ones by bit pattern), and an enumeration's number.
  case int(Int64)
  case double(Double)
  case float(Float)
  case bool(Bool)
  case string(String)
  case bytes(ByteString)
  case message(ProtoMessage)
  /// Elements of a repeated field.
  case list([ProtoValue])
  /// Entries of a map field.
  case map([ProtoKey: ProtoValue])
}

/// The key of a map field's entry.
public enum ProtoKey: Sendable, Hashable, Comparable {
  case int(Int64)
  case string(String)

  /// Numbers by value; text by its bytes, as protocol buffers sort it.
  public static func < (a: ProtoKey, b: ProtoKey) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): x < y
    case (.string(let x), .string(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
    case (.int, .string): true
    case (.string, .int): false
    }
  }

  var value: ProtoValue {
    switch self {
    case .int(let number): .int(number)
    case .string(let text): .string(text)
    }
  }
}

extension ProtoValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// A message of any type of ``ProtoSchema``.
public struct ProtoMessage: Sendable {
  /// The message's type.
  public let descriptor: ProtoDescriptor
  /// One entry per field of the descriptor; `nil` where nothing was set.
  var values: [ProtoValue?]

  /// An empty message.
  /// **Errors**: `Internal` for a type that the schema does not have.
  public init(_ name: String) throws { self.init(try ProtoSchema.message(name)) }

  init(_ descriptor: ProtoDescriptor) {
    self.descriptor = descriptor
    values = [ProtoValue?](repeating: nil, count: descriptor.fields.count)
  }

  /// Reads or sets a field by name; `nil` means "not set". Setting a member of a oneof clears the others.
  ///
  /// A name that the message does not have reads as `nil` and is ignored when set (the codec's tests check the names
  /// that the engine uses).
  public subscript(name: String) -> ProtoValue? {
    get { descriptor.field(named: name).flatMap { values[$0.slot] } }
    set {
      guard let field = descriptor.field(named: name) else {
        assertionFailure("\(descriptor.name) has no field '\(name)'")
        return
      }
      set(field, newValue)
    }
  }

  mutating func set(_ field: ProtoField, _ value: ProtoValue?) {
    if let oneof = field.oneof, value != nil {
      for other in descriptor.fields where other.oneof == oneof { values[other.slot] = nil }
    }
    values[field.slot] = value
  }

  /// Adds an element to a repeated field.
  public mutating func append(_ name: String, _ value: ProtoValue) {
    guard let field = descriptor.field(named: name) else {
      assertionFailure("\(descriptor.name) has no field '\(name)'")
      return
    }
    append(field, value)
  }

  mutating func append(_ field: ProtoField, _ value: ProtoValue) {
    if case .list(var list)? = values[field.slot] {
      values[field.slot] = nil  // so that the list is not copied
      list.append(value)
      values[field.slot] = .list(list)
    } else {
      values[field.slot] = .list([value])
    }
  }

  /// Sets an entry of a map field.
  public mutating func setEntry(_ name: String, _ key: String, _ value: ProtoValue) {
    guard let field = descriptor.field(named: name) else {
      assertionFailure("\(descriptor.name) has no field '\(name)'")
      return
    }
    setEntry(field, .string(key), value)
  }

  mutating func setEntry(_ field: ProtoField, _ key: ProtoKey, _ value: ProtoValue) {
    if case .map(var map)? = values[field.slot] {
      values[field.slot] = nil
      map[key] = value
      values[field.slot] = .map(map)
    } else {
      values[field.slot] = .map([key: value])
    }
  }

  // MARK: Typed reading, with protocol buffers' defaults

  /// Whether the field was set.
  public func has(_ name: String) -> Bool { self[name] != nil }

  /// A text field.
  public func string(_ name: String) -> String {
    switch self[name] {
    case .string(let value): value
    case .bytes(let value): String(decoding: value, as: UTF8.self)
    default: ""
    }
  }

  /// A field of bytes.
  public func bytes(_ name: String) -> ByteString {
    switch self[name] {
    case .bytes(let value): value
    case .string(let value): ByteString(value.utf8)
    default: []
    }
  }

  /// A field of whole numbers or of an enumeration.
  public func int(_ name: String) -> Int {
    if case .int(let value)? = self[name] { return Int(value) }
    return 0
  }

  /// A Boolean field.
  public func bool(_ name: String) -> Bool {
    if case .bool(let value)? = self[name] { return value }
    return false
  }

  /// A float or double field.
  public func double(_ name: String) -> Double {
    switch self[name] {
    case .double(let value): value
    case .float(let value): Double(value)
    default: 0
    }
  }

  /// A message field; `nil` when not set.
  public func message(_ name: String) -> ProtoMessage? {
    if case .message(let value)? = self[name] { return value }
    return nil
  }

  /// The elements of a repeated field.
  public func list(_ name: String) -> [ProtoValue] {
    if case .list(let values)? = self[name] { return values }
    return []
  }

  /// The elements of a repeated field of messages.
  public func messages(_ name: String) -> [ProtoMessage] {
    list(name).compactMap {
      if case .message(let value) = $0 { return value }
      return nil
    }
  }

  /// The elements of a repeated text field.
  public func strings(_ name: String) -> [String] {
    list(name).map {
      switch $0 {
      case .string(let value): value
      case .bytes(let value): String(decoding: value, as: UTF8.self)
      default: ""
      }
    }
  }

  /// The elements of a repeated field of bytes.
  public func byteStrings(_ name: String) -> [ByteString] {
    list(name).map {
      switch $0 {
      case .bytes(let value): value
      case .string(let value): ByteString(value.utf8)
      default: []
      }
    }
  }

  /// The elements of a repeated field of whole numbers.
  public func ints(_ name: String) -> [Int] {
    list(name).map {
      if case .int(let value) = $0 { return Int(value) }
      return 0
    }
  }

  /// The elements of a repeated field of floating-point numbers.
  public func doubles(_ name: String) -> [Double] {
    list(name).map {
      switch $0 {
      case .double(let value): value
      case .float(let value): Double(value)
      default: 0
      }
    }
  }

  /// The entries of a map with text keys, ordered by key.
  public func entries(_ name: String) -> [(key: String, value: ProtoValue)] {
    guard case .map(let map)? = self[name] else { return [] }
    return map.sorted { $0.key < $1.key }.compactMap { key, value in
      if case .string(let text) = key { return (text, value) }
      return nil
    }
  }

  /// The entry of a map of messages.
  public func entry(_ name: String, _ key: String) -> ProtoMessage? {
    guard case .map(let map)? = self[name], case .message(let value)? = map[.string(key)] else { return nil }
    return value
  }
}
