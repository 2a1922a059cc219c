import EngineCore

/// Reads protocol buffers' wire form from untrusted bytes.
///
/// Public so that hot paths (parsing examples) can walk messages without building a ``ProtoMessage``.
public struct ProtoDecoder {
  private let bytes: UnsafeRawBufferPointer
  /// How many bytes have been read.
  public private(set) var position = 0

  /// The memory must outlive the decoder.
  public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether everything has been read.
  public var isAtEnd: Bool { position >= bytes.count }
  /// How many bytes are left.
  public var remaining: Int { bytes.count - position }

  /// The error for values that are cut off.
  public static let truncated = EngineError.dataLoss(
    "truncated protocol buffer: a value runs past the end of its message")

  /// A number in base 128.
  /// **Errors**: `DataLoss` when cut off or too long.
  public mutating func varint() throws -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if shift < 64 { result |= UInt64(byte & 0x7f) << shift }
      if byte < 0x80 { return result }
      shift += 7
      if shift >= 70 { throw EngineError.dataLoss("malformed protocol buffer: a number of more than ten bytes") }
    }
    throw Self.truncated
  }

  /// A field's number and wire type.
  public mutating func tag() throws -> (number: Int, wireType: Int) {
    let value = try varint()
    let number = Int(truncatingIfNeeded: value >> 3)
    guard value <= UInt64(UInt32.max), number > 0 else {
      throw EngineError.dataLoss("malformed protocol buffer: invalid field number")
    }
    return (number, Int(value & 7))
  }

  /// Four bytes, little-endian.
  public mutating func fixed32() throws -> UInt32 {
    guard remaining >= 4 else { throw Self.truncated }
    defer { position += 4 }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  /// Eight bytes, little-endian.
  public mutating func fixed64() throws -> UInt64 {
    guard remaining >= 8 else { throw Self.truncated }
    defer { position += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  /// The bytes of a length-delimited value, without a copy.
  public mutating func lengthDelimited() throws -> UnsafeRawBufferPointer { try raw(try varint()) }

  /// The next `count` bytes, without a copy.
  mutating func raw(_ count: UInt64) throws -> UnsafeRawBufferPointer {
    guard count <= UInt64(remaining) else { throw Self.truncated }
    defer { position += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(count)])
  }

  /// Skips the value of a field that is of no interest.
  public mutating func skip(_ wireType: Int, number: Int = 0, depth: Int = 0) throws {
    switch wireType {
    case 0: _ = try varint()
    case 1: _ = try fixed64()
    case 2: _ = try lengthDelimited()
    case 5: _ = try fixed32()
    case 3:
      guard depth < ProtoDecoder.depthLimit else { throw ProtoDecoder.tooDeep }
      while true {
        let (inner, type) = try tag()
        if type == 4 {
          guard inner == number else { throw EngineError.dataLoss("malformed protocol buffer: groups do not match") }
          return
        }
        try skip(type, number: inner, depth: depth + 1)
      }
    default: throw EngineError.dataLoss("malformed protocol buffer: wire type \(wireType)")
    }
  }

  // MARK: Messages

  /// Nesting that protocol buffers accept.
  static let depthLimit = 100
  static let tooDeep = EngineError.dataLoss("malformed protocol buffer: messages nested too deeply")

  /// Merges the rest of the input into `message`.
  mutating func merge(into message: inout ProtoMessage, depth: Int = 0) throws {
    guard depth < Self.depthLimit else { throw Self.tooDeep }
    while !isAtEnd {
      let (number, wireType) = try tag()
      guard let field = message.descriptor.field(numbered: number) else {
        try skip(wireType, number: number)
        continue
      }
      if wireType == 2, field.type.isPackable, case .repeated = field.cardinality {
        try packed(field, into: &message)
        continue
      }
      guard UInt64(wireType) == (field.cardinality.isMap ? 2 : field.type.wireType) else {
        // Protocol buffers treat a known number with an unexpected wire type as an unknown field.
        try skip(wireType, number: number)
        continue
      }
      switch field.cardinality {
      case .map(let keyType):
        let (key, value) = try mapEntry(keyType, field.type, depth)
        message.setEntry(field, key, value)
      case .repeated: message.append(field, try single(field.type, depth, merging: nil))
      case .single:
        // A message field that comes twice is merged.
        let previous = message.values[field.slot]
        message.set(field, try single(field.type, depth, merging: previous))
      }
    }
  }

  private mutating func packed(_ field: ProtoField, into message: inout ProtoMessage) throws {
    var inner = ProtoDecoder(try lengthDelimited())
    var list: [ProtoValue] = []
    if case .list(let known)? = message.values[field.slot] { list = known }
    switch field.type.wireType {
    case 1: list.reserveCapacity(list.count + inner.remaining / 8)
    case 5: list.reserveCapacity(list.count + inner.remaining / 4)
    default: break
    }
    while !inner.isAtEnd { list.append(try inner.single(field.type, 0, merging: nil)) }
    message.values[field.slot] = .list(list)
  }

  private mutating func single(_ type: ProtoType, _ depth: Int, merging previous: ProtoValue?) throws -> ProtoValue {
    switch type {
    case .double: return .double(Double(bitPattern: try fixed64()))
    case .float: return .float(Float(bitPattern: try fixed32()))
    case .bool: return .bool(try varint() != 0)
    case .int32, .enumeration: return .int(Int64(Int32(truncatingIfNeeded: try varint())))
    case .int64, .uint64: return .int(Int64(bitPattern: try varint()))
    case .uint32: return .int(Int64(UInt32(truncatingIfNeeded: try varint())))
    case .sint64:
      let value = try varint()
      return .int(Int64(bitPattern: value >> 1) ^ -Int64(value & 1))
    case .fixed32: return .int(Int64(try fixed32()))
    case .fixed64: return .int(Int64(bitPattern: try fixed64()))
    case .string:
      guard let text = String(validating: try lengthDelimited(), as: UTF8.self) else {
        throw EngineError.dataLoss("malformed protocol buffer: text is not valid UTF-8")
      }
      return .string(text)
    case .bytes: return .bytes(ByteString(try lengthDelimited()))
    case .message(let name):
      var inner = ProtoDecoder(try lengthDelimited())
      var message: ProtoMessage
      if case .message(let known)? = previous { message = known } else { message = try ProtoMessage(name) }
      try inner.merge(into: &message, depth: depth + 1)
      return .message(message)
    }
  }

  private mutating func mapEntry(_ keyType: ProtoType, _ type: ProtoType, _ depth: Int) throws -> (ProtoKey, ProtoValue)
  {
    guard depth + 1 < Self.depthLimit else { throw Self.tooDeep }
    var inner = ProtoDecoder(try lengthDelimited())
    var key: ProtoValue?
    var value: ProtoValue?
    while !inner.isAtEnd {
      let (number, wireType) = try inner.tag()
      if number == 1, UInt64(wireType) == keyType.wireType {
        key = try inner.single(keyType, depth + 1, merging: nil)
      } else if number == 2, UInt64(wireType) == type.wireType {
        value = try inner.single(type, depth + 1, merging: value)
      } else {
        try inner.skip(wireType, number: number)
      }
    }
    return (try ProtoKey(key, keyType), try value ?? type.defaultValue())
  }
}

extension ProtoField.Cardinality {
  var isMap: Bool {
    if case .map = self { return true }
    return false
  }
}

extension ProtoKey {
  /// A map entry's key; a missing one is the type's default.
  init(_ value: ProtoValue?, _ type: ProtoType) throws {
    switch try value ?? type.defaultValue() {
    case .string(let text): self = .string(text)
    case .int(let number): self = .int(number)
    case .bool(let flag): self = .int(flag ? 1 : 0)
    default: throw EngineError.internal("a map cannot have keys of this type")
    }
  }
}

extension ProtoType {
  func defaultValue() throws -> ProtoValue {
    switch self {
    case .double: .double(0)
    case .float: .float(0)
    case .bool: .bool(false)
    case .string: .string("")
    case .bytes: .bytes([])
    case .message(let name): .message(try ProtoMessage(name))
    default: .int(0)
    }
  }
}

extension ProtoMessage {
  /// Parses the wire form; fields that the schema does not have are skipped.
  /// **Errors**: `DataLoss` for truncated or malformed input.
  public init(_ name: String, parsing bytes: ByteString) throws {
    try self.init(name)
    try bytes.withUnsafeBytes { try merge($0) }
  }

  /// As `init(_:parsing:)` for an array.
  public init(_ name: String, parsing bytes: UnsafeRawBufferPointer) throws {
    try self.init(name)
    try merge(bytes)
  }

  private mutating func merge(_ bytes: UnsafeRawBufferPointer) throws {
    var decoder = ProtoDecoder(bytes)
    do {
      try decoder.merge(into: &self)
    } catch var error as EngineError {
      error.message += " (in \(descriptor.name))"
      throw error
    }
  }
}
