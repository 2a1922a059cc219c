import EngineCore

/// The value of a node's attribute, as TensorFlow's `AttrValue` has it.
public enum AttributeValue: Sendable {
  case string(ByteString)
  case int(Int)
  case float(Float)
  case bool(Bool)
  case type(DType)
  case shape(Shape)
  case tensor(Tensor)
  /// The name of a function in the graph's library.
  case function(String)
  case strings([ByteString])
  case ints([Int])
  case floats([Float])
  case bools([Bool])
  case types([DType])
  case shapes([Shape])
  case tensors([Tensor])

  public static func string(_ text: String) -> AttributeValue { .string(ByteString(text.utf8)) }
  public static func strings(_ texts: [String]) -> AttributeValue { .strings(texts.map { ByteString($0.utf8) }) }
}

extension AttributeValue: CustomStringConvertible {
  /// As messages show it: `DT_FLOAT`, `false`, `[1,2]`.
  public var description: String {
    func list<T>(_ values: [T], _ show: (T) -> String) -> String { "[" + values.map(show).joined(separator: ",") + "]" }
    switch self {
    case .string(let bytes): return "\"\(String(decoding: bytes, as: UTF8.self))\""
    case .int(let value): return String(value)
    case .float(let value): return "\(value)"
    case .bool(let value): return value ? "true" : "false"
    case .type(let value): return value.protoName
    case .shape(let value): return value.bracketed
    case .tensor(let value): return "Tensor<type: \(value.dtype) shape: \(Shape(known: value.shape).bracketed)>"
    case .function(let name): return name
    case .strings(let values): return list(values) { "\"\(String(decoding: $0, as: UTF8.self))\"" }
    case .ints(let values): return list(values) { String($0) }
    case .floats(let values): return list(values) { "\($0)" }
    case .bools(let values): return list(values) { $0 ? "true" : "false" }
    case .types(let values): return list(values) { $0.protoName }
    case .shapes(let values): return list(values) { $0.bracketed }
    case .tensors(let values): return list(values) { "Tensor<type: \($0.dtype)>" }
    }
  }
}
