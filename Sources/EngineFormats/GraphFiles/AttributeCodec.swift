import EngineCore
import EngineGraph

/// Attributes of nodes as `AttrValue` messages.
public enum AttributeCodec {
  /// **Errors**: `Unimplemented` for tensors without a message form.
  public static func message(_ value: AttributeValue) throws -> ProtoMessage {
    var message = try ProtoMessage("AttrValue")
    func list(_ field: String, _ values: [ProtoValue]) throws {
      var list = try ProtoMessage("AttrValue.ListValue")
      if !values.isEmpty { list[field] = .list(values) }
      message["list"] = .message(list)
    }
    switch value {
    case .string(let bytes): message["s"] = .bytes(bytes)
    case .int(let number): message["i"] = .int(Int64(number))
    case .float(let number): message["f"] = .float(number)
    case .bool(let flag): message["b"] = .bool(flag)
    case .type(let dtype): message["type"] = .int(Int64(dtype.rawValue))
    case .shape(let shape): message["shape"] = .message(try .shape(shape))
    case .tensor(let tensor): message["tensor"] = .message(try .tensor(tensor))
    case .function(let name):
      var function = try ProtoMessage("NameAttrList")
      function["name"] = .string(name)
      message["func"] = .message(function)
    case .strings(let values): try list("s", values.map { .bytes($0) })
    case .ints(let values): try list("i", values.map { .int(Int64($0)) })
    case .floats(let values): try list("f", values.map { .float($0) })
    case .bools(let values): try list("b", values.map { .bool($0) })
    case .types(let values): try list("type", values.map { .int(Int64($0.rawValue)) })
    case .shapes(let values): try list("shape", try values.map { .message(try .shape($0)) })
    case .tensors(let values): try list("tensor", try values.map { .message(try .tensor($0)) })
    }
    return message
  }

  /// A list of functions, which nodes keep as the texts of their names.
  static func functions(_ names: [ByteString]) throws -> ProtoMessage {
    var list = try ProtoMessage("AttrValue.ListValue")
    for name in names {
      var function = try ProtoMessage("NameAttrList")
      function["name"] = .string(String(decoding: name, as: UTF8.self))
      list.append("func", .message(function))
    }
    var message = try ProtoMessage("AttrValue")
    message["list"] = .message(list)
    return message
  }

  /// Reads an `AttrValue`. An empty list does not say what it is a list of; it is read as `emptyKind`, if that is given.
  /// **Errors**: `InvalidArgument` for an empty value, `Unimplemented` for types the engine does not have.
  public static func value(_ message: ProtoMessage, emptyKind: AttributeDefinition.Kind? = nil) throws -> AttributeValue
  {
    for field in message.descriptor.fields where message[field.name] != nil {
      switch field.name {
      case "s": return .string(message.bytes("s"))
      case "i": return .int(message.int("i"))
      case "f": return .float(Float(message.double("f")))
      case "b": return .bool(message.bool("b"))
      case "type": return .type(try dtype(message.int("type")))
      case "shape": return .shape(try message.message("shape")?.shapeValue() ?? .unknown)
      case "tensor": if let tensor = message.message("tensor") { return .tensor(try tensor.tensorValue()) }
      case "func": return .function(message.message("func")?.string("name") ?? "")
      case "list": if let list = message.message("list") { return try self.list(list, emptyKind) }
      default: throw EngineError.unimplemented("attribute values of kind '\(field.name)' are not supported")
      }
    }
    throw EngineError.invalidArgument("an attribute has no value")
  }

  private static func list(_ list: ProtoMessage, _ emptyKind: AttributeDefinition.Kind?) throws -> AttributeValue {
    for field in list.descriptor.fields where list[field.name] != nil {
      switch field.name {
      case "s": return .strings(list.byteStrings("s"))
      case "i": return .ints(list.ints("i"))
      case "f": return .floats(list.doubles("f").map { Float($0) })
      case "b":
        return .bools(
          list.list("b").map {
            if case .bool(true) = $0 { return true }
            return false
          })
      case "type": return .types(try list.ints("type").map(dtype))
      case "shape": return .shapes(try list.messages("shape").map { try $0.shapeValue() })
      case "tensor": return .tensors(try list.messages("tensor").map { try $0.tensorValue() })
      case "func": return .strings(list.messages("func").map { ByteString($0.string("name").utf8) })
      default: throw EngineError.unimplemented("attribute lists of kind '\(field.name)' are not supported")
      }
    }
    switch emptyKind {
    case .strings: return .strings([ByteString]())
    case .floats: return .floats([])
    case .bools: return .bools([])
    case .types: return .types([])
    case .shapes: return .shapes([])
    default: return .ints([])
    }
  }

  static func dtype(_ number: Int) throws -> DType {
    guard let dtype = DType(rawValue: Int32(truncatingIfNeeded: number)) else {
      throw EngineError.unimplemented("the type with number \(number) is not supported")
    }
    return dtype
  }
}

/// Tensors as serialized `TensorProto` messages.
public enum TensorCodec {
  /// **Errors**: `Unimplemented` for resources and variants.
  public static func serialized(_ tensor: Tensor) throws -> ByteString {
    try ProtoMessage.tensor(tensor, asContent: tensor.dtype != .string).serialized()
  }

  /// **Errors**: `DataLoss` or `InvalidArgument` for bytes that are no tensor.
  public static func tensor(_ bytes: ByteString) throws -> Tensor {
    try ProtoMessage("TensorProto", parsing: bytes).tensorValue()
  }
}
