import EngineCore

/// The type of a message's field.
public enum ProtoType: Sendable {
  case double, float, bool, string, bytes
  case int32, int64, uint32, uint64, sint64, fixed32, fixed64
  case enumeration(ProtoEnum)
  /// The descriptor is looked up by name when needed, because messages contain each other.
  case message(String)

  /// The wire type that a single value has.
  var wireType: UInt64 {
    switch self {
    case .double, .fixed64: 1
    case .float, .fixed32: 5
    case .string, .bytes, .message: 2
    default: 0
    }
  }

  /// Whether a repeated field of the type is written as one run of values.
  var isPackable: Bool { wireType != 2 }
}

/// The names of an enumeration's numbers.
public final class ProtoEnum: Sendable {
  public let name: String
  public let values: [(name: String, number: Int32)]

  init(name: String, values: [(name: String, number: Int32)]) {
    self.name = name
    self.values = values
  }

  /// A number's name.
  public func name(of number: Int32) -> String? { values.first { $0.number == number }?.name }
  /// A name's number.
  public func number(of name: String) -> Int32? { values.first { $0.name == name }?.number }
}

/// One field of a message.
public struct ProtoField: Sendable {
  /// How many values a field has.
  public enum Cardinality: Sendable {
    /// `hasPresence`: an explicitly set default is written (messages, members of a oneof, `optional`).
    case single(hasPresence: Bool)
    case repeated
    case map(key: ProtoType)
  }

  public let number: Int
  public let name: String
  public let type: ProtoType
  public let cardinality: Cardinality
  /// Fields with the same group exclude each other.
  public let oneof: String?
  /// Position in the message's field list, and in the list of values of a ``ProtoMessage``.
  let slot: Int
}

/// The fields of a message type.
public final class ProtoDescriptor: Sendable {
  public let name: String
  /// Ordered by field number.
  public let fields: [ProtoField]
  private let slotsByName: [String: Int]
  private let slotsByNumber: [Int: Int]

  init(name: String, fields: [ProtoField]) {
    self.name = name
    self.fields = fields
    var byName: [String: Int] = [:]
    var byNumber: [Int: Int] = [:]
    for field in fields {
      byName[field.name] = field.slot
      byNumber[field.number] = field.slot
    }
    slotsByName = byName
    slotsByNumber = byNumber
  }

  /// Looks a field up.
  public func field(named name: String) -> ProtoField? { slotsByName[name].map { fields[$0] } }
  func field(numbered number: Int) -> ProtoField? { slotsByNumber[number].map { fields[$0] } }
}

/// The message types of TensorFlow's file formats, kept as text tables and parsed on first use.
///
/// A table has one `message <name>` line per message, each followed by its fields, `<number> <name> <type>`. A type is
/// a scalar's name, a message's or an enumeration's; `[]` behind it means repeated (packed where possible),
/// `map<key,value>` a map. `oneof=<group>` and `optional` may follow. `enum <name>` is followed by `NAME=number` words.
public enum ProtoSchema {
  private static let parsed: [String: ProtoDescriptor] =
    parse([graphMessages, savedModelMessages, trainingMessages, exampleMessages, tracingMessages])

  /// The descriptor of the message type `name` (without TensorFlow's package prefix).
  /// **Errors**: `Internal` when there is none.
  public static func message(_ name: String) throws -> ProtoDescriptor {
    guard let descriptor = parsed[name] else {
      throw EngineError.internal("no protocol buffer message is called '\(name)'")
    }
    return descriptor
  }

  /// All message types, sorted.
  public static var messageNames: [String] { parsed.keys.sorted() }

  private static func parse(_ tables: [String]) -> [String: ProtoDescriptor] {
    var enums: [String: ProtoEnum] = [:]
    var bodies: [(name: String, lines: [[Substring]])] = []
    var enumName: String?
    var enumValues: [(name: String, number: Int32)] = []
    func closeEnum() {
      if let name = enumName { enums[name] = ProtoEnum(name: name, values: enumValues) }
      enumName = nil
      enumValues = []
    }
    for table in tables {
      for line in table.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let first = words.first else { continue }
        if first == "message" {
          closeEnum()
          bodies.append((String(words[1]), []))
        } else if first == "enum" {
          closeEnum()
          enumName = String(words[1])
        } else if enumName != nil {
          for word in words {
            let parts = word.split(separator: "=")
            enumValues.append((String(parts[0]), Int32(parts[1]) ?? 0))
          }
        } else {
          bodies[bodies.count - 1].lines.append(words)
        }
      }
      closeEnum()
    }
    var result: [String: ProtoDescriptor] = [:]
    for body in bodies {
      let fields = body.lines.enumerated().map { slot, words in field(words, slot: slot, enums: enums) }
      result[body.name] = ProtoDescriptor(name: body.name, fields: fields)
    }
    return result
  }

  private static func field(_ words: [Substring], slot: Int, enums: [String: ProtoEnum]) -> ProtoField {
    var text = words[2]
    let oneof = words.dropFirst(3).first { $0.hasPrefix("oneof=") }.map { String($0.dropFirst(6)) }
    var cardinality: ProtoField.Cardinality
    if text.hasPrefix("map<") {
      let parts = text.dropFirst(4).dropLast().split(separator: ",")
      cardinality = .map(key: type(parts[0], enums))
      text = parts[1]
    } else if text.hasSuffix("[]") {
      cardinality = .repeated
      text = text.dropLast(2)
    } else {
      cardinality = .single(hasPresence: oneof != nil || words.contains("optional"))
    }
    let type = type(text, enums)
    if case .message = type, case .single = cardinality { cardinality = .single(hasPresence: true) }
    return ProtoField(
      number: Int(words[0]) ?? 0, name: String(words[1]), type: type, cardinality: cardinality, oneof: oneof, slot: slot
    )
  }

  private static func type(_ name: Substring, _ enums: [String: ProtoEnum]) -> ProtoType {
    switch name {
    case "double": .double
    case "float": .float
    case "bool": .bool
    case "string": .string
    case "bytes": .bytes
    case "int32": .int32
    case "int64": .int64
    case "uint32": .uint32
    case "uint64": .uint64
    case "sint64": .sint64
    case "fixed32": .fixed32
    case "fixed64": .fixed64
    default: enums[String(name)].map { .enumeration($0) } ?? .message(String(name))
    }
  }
}
