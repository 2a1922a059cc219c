import EngineCore
import EngineGraph

/// Graph concepts as values.
extension Value {
  /// An attribute's value; types as their numbers.
  static func attribute(_ value: AttributeValue) -> Value {
    switch value {
    case .string(let bytes): .bytes(bytes)
    case .int(let number): .int(number)
    case .float(let number): .float(Double(number))
    case .bool(let flag): .bool(flag)
    case .type(let dtype): .int(Int(dtype.rawValue))
    case .shape(let shape): .shape(shape)
    case .tensor(let tensor): .tensor(tensor)
    case .function(let name): .text(name)
    case .strings(let items): .list(items.map { .bytes($0) })
    case .ints(let items): .ints(items)
    case .floats(let items): .list(items.map { .float(Double($0)) })
    case .bools(let items): .list(items.map { .bool($0) })
    case .types(let items): .ints(items.map { Int($0.rawValue) })
    case .shapes(let items): .list(items.map { .shape($0) })
    case .tensors(let items): .list(items.map { .tensor($0) })
    }
  }

  /// An argument of a signature: (name, arity, type attribute or None, fixed dtype or None, count or types attribute).
  static func argument(_ argument: ArgumentDefinition) -> Value {
    func element(_ element: ArgumentDefinition.Element) -> [Value] {
      switch element {
      case .fixed(let dtype): [.none, .int(Int(dtype.rawValue))]
      case .attribute(let name): [.text(name), .none]
      }
    }
    let facts: [Value] =
      switch argument.arity {
      case .single(let kind): [.text("single")] + element(kind) + [.none]
      case .repeated(let count, let kind): [.text("repeated")] + element(kind) + [.text(count)]
      case .list(let types): [.text("list"), .none, .none, .text(types)]
      }
    return .tuple([.text(argument.name)] + facts)
  }

  /// None, an output, or ("IndexedSlices", values, indices, dense shape or None).
  static func gradient(_ gradient: Gradient?) -> Value {
    switch gradient {
    case nil: .none
    case .dense(let output)?: .output(output)
    case .slices(let slices)?:
      .tuple([
        .text("IndexedSlices"), .output(slices.values), .output(slices.indices),
        slices.denseShape.map { .output($0) } ?? .none,
      ])
    }
  }

  /// The inverse of ``gradient(_:)``.
  /// **Errors**: `TypeError` for anything else.
  func asGradient() throws -> Gradient? {
    switch self {
    case .none: return nil
    case .output(let output): return .dense(output)
    case .tuple(let items), .list(let items):
      if items.count == 4, case .output(let values) = items[1], case .output(let indices) = items[2] {
        var shape: Output?
        if case .output(let output) = items[3] { shape = output }
        return .slices(IndexedSlices(values: values, indices: indices, denseShape: shape))
      }
    default: break
    }
    throw EngineError.type("a gradient must be a Tensor, IndexedSlices or None, got \(kindName)")
  }

  /// A host's value as an attribute of a kind; without a kind, by its own type.
  /// **Errors**: `TypeError` naming the attribute.
  func asAttribute(_ kind: AttributeDefinition.Kind?, _ what: String) throws -> AttributeValue {
    func mismatch() -> EngineError {
      EngineError.type("Attribute \(what) expects \(kind?.rawValue ?? "a plain value"), got \(kindName)")
    }
    func items<T>(_ read: (Value) throws -> T?) throws -> [T] {
      let values: [Value]
      switch self {
      case .list(let list), .tuple(let list): values = list
      default: throw mismatch()
      }
      return try values.map {
        guard let item = try read($0) else { throw mismatch() }
        return item
      }
    }
    func type(_ value: Value) -> DType? {
      if case .int(let number) = value { return DType(rawValue: Int32(truncatingIfNeeded: number)) }
      return nil
    }
    func int(_ value: Value) -> Int? {
      if case .int(let number) = value { return number }
      return nil
    }
    func float(_ value: Value) -> Float? {
      switch value {
      case .float(let number): Float(number)
      case .int(let number): Float(number)
      default: nil
      }
    }
    func bool(_ value: Value) -> Bool? {
      if case .bool(let flag) = value { return flag }
      return nil
    }
    func bytes(_ value: Value) -> ByteString? {
      switch value {
      case .text(let text): ByteString(text.utf8)
      case .bytes(let bytes): bytes
      default: nil
      }
    }
    let result: AttributeValue?
    switch kind {
    case .type: result = type(self).map { .type($0) }
    case .int: result = int(self).map { .int($0) }
    case .float: result = float(self).map { .float($0) }
    case .bool: result = bool(self).map { .bool($0) }
    case .string: result = bytes(self).map { .string($0) }
    case .shape: result = try asShape().map { .shape($0) }
    case .tensor:
      if case .tensor(let tensor) = self { result = .tensor(tensor) } else { result = nil }
    case .function: result = bytes(self).map { .function(String(decoding: $0, as: UTF8.self)) }
    case .strings: result = .strings(try items(bytes))
    case .ints: result = .ints(try items(int))
    case .floats: result = .floats(try items(float))
    case .bools: result = .bools(try items(bool))
    case .types: result = .types(try items(type))
    case .shapes: result = .shapes(try items { try $0.asShape() })
    case nil:
      switch self {
      case .bool(let flag): result = .bool(flag)
      case .int(let number): result = .int(number)
      case .float(let number): result = .float(Float(number))
      case .text, .bytes: result = bytes(self).map { .string($0) }
      case .tensor(let tensor): result = .tensor(tensor)
      case .list(let list), .tuple(let list):
        if list.allSatisfy({ bytes($0) != nil }) {
          result = .strings(try items(bytes))
        } else {
          result = .ints(try items(int))
        }
      default: result = nil
      }
    }
    guard let result else { throw mismatch() }
    return result
  }
}

extension AttributeValue {
  /// The kind's name in signatures: `type`, `list(int)`, ...
  var kindName: String {
    switch self {
    case .string: "string"
    case .int: "int"
    case .float: "float"
    case .bool: "bool"
    case .type: "type"
    case .shape: "shape"
    case .tensor: "tensor"
    case .function: "func"
    case .strings: "list(string)"
    case .ints: "list(int)"
    case .floats: "list(float)"
    case .bools: "list(bool)"
    case .types: "list(type)"
    case .shapes: "list(shape)"
    case .tensors: "list(tensor)"
    }
  }
}
