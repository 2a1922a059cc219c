import EngineCore

/// Appends values in protocol buffers' wire form.
///
/// Public so that hot paths (events, examples) can write messages without building a ``ProtoMessage``.
public struct ProtoEncoder: Sendable {
  /// What has been written.
  public private(set) var bytes: ByteString = []

  /// An encoder that has written nothing.
  public init() {}

  /// A number in base 128.
  public mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// What precedes the value of a field.
  public mutating func tag(_ number: Int, _ wireType: UInt64) { varint(UInt64(number) << 3 | wireType) }

  /// Four bytes, little-endian.
  public mutating func fixed32(_ value: UInt32) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Eight bytes, little-endian.
  public mutating func fixed64(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The number of bytes, then the bytes.
  public mutating func lengthDelimited(_ content: some Collection<UInt8>) {
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  /// Writes what `body` appends as one length-delimited value.
  mutating func nested(_ body: (inout ProtoEncoder) -> Void) {
    var inner = ProtoEncoder()
    body(&inner)
    lengthDelimited(inner.bytes)
  }

  // MARK: Messages

  mutating func message(_ message: ProtoMessage) {
    for field in message.descriptor.fields {
      guard let value = message.values[field.slot] else { continue }
      switch (field.cardinality, value) {
      case (.map(let keyType), .map(let map)):
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
          tag(field.number, 2)
          nested {
            $0.single(1, keyType, key.value)
            $0.single(2, field.type, value)
          }
        }
      case (.repeated, .list(let list)):
        if list.isEmpty { continue }
        if field.type.isPackable {
          tag(field.number, 2)
          nested { for element in list { $0.payload(field.type, element) } }
        } else {
          for element in list { single(field.number, field.type, element) }
        }
      case (.single(let hasPresence), _):
        if hasPresence || !value.isDefault { single(field.number, field.type, value) }
      default: break
      }
    }
  }

  private mutating func single(_ number: Int, _ type: ProtoType, _ value: ProtoValue) {
    tag(number, type.wireType)
    payload(type, value)
  }

  private mutating func payload(_ type: ProtoType, _ value: ProtoValue) {
    switch type {
    case .double: fixed64(value.asDouble.bitPattern)
    case .float: fixed32(value.asFloat.bitPattern)
    case .bool: varint(value.asInt == 0 ? 0 : 1)
    case .int32, .enumeration, .int64, .uint64: varint(UInt64(bitPattern: value.asInt))
    case .uint32: varint(UInt64(UInt32(truncatingIfNeeded: value.asInt)))
    case .sint64: varint(UInt64(bitPattern: value.asInt << 1 ^ value.asInt >> 63))
    case .fixed32: fixed32(UInt32(truncatingIfNeeded: value.asInt))
    case .fixed64: fixed64(UInt64(bitPattern: value.asInt))
    case .string, .bytes:
      switch value {
      case .string(let text): lengthDelimited(text.utf8)
      case .bytes(let bytes): lengthDelimited(bytes)
      default: varint(0)
      }
    case .message:
      if case .message(let inner) = value { nested { $0.message(inner) } } else { varint(0) }
    }
  }
}

extension ProtoValue {
  /// Whether protocol buffers leave the value out of a field without presence. (Minus zero is written.)
  var isDefault: Bool {
    switch self {
    case .int(let value): value == 0
    case .double(let value): value.bitPattern == 0
    case .float(let value): value.bitPattern == 0
    case .bool(let value): !value
    case .string(let value): value.isEmpty
    case .bytes(let value): value.isEmpty
    case .message: false
    case .list(let values): values.isEmpty
    case .map(let entries): entries.isEmpty
    }
  }

  var asInt: Int64 {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: 0
    }
  }

  var asDouble: Double {
    switch self {
    case .double(let value): value
    case .float(let value): Double(value)
    case .int(let value): Double(value)
    default: 0
    }
  }

  var asFloat: Float {
    switch self {
    case .float(let value): value
    case .double(let value): Float(value)
    case .int(let value): Float(value)
    default: 0
    }
  }
}

extension ProtoMessage {
  /// The wire form. The same message always gives the same bytes: fields by number, map entries by key.
  public func serialized() -> ByteString {
    var encoder = ProtoEncoder()
    encoder.message(self)
    return encoder.bytes
  }
}
