import EngineCore
import EngineGraph

/// A function of the engine that a host language can call by name.
struct HostFunction: Sendable {
  let name: String
  /// May take long or call back: the host gives up its locks meanwhile.
  let isBlocking: Bool
  let body: @Sendable (Arguments) throws -> Value

  init(_ name: String, blocking: Bool = false, _ body: @escaping @Sendable (Arguments) throws -> Value) {
    self.name = name
    isBlocking = blocking
    self.body = body
  }
}

/// All functions, one list per topic.
enum FunctionCatalog {
  static let all: [HostFunction] =
    diagnosticFunctions + graphFunctions + graphFileFunctions + collectionFunctions + hostCallFunctions
    + sessionFunctions + builderFunctions
    + estimatorSpecFunctions + estimatorHookFunctions + estimatorSessionFunctions + estimatorSavingFunctions
    + warmStartFunctions
    + estimatorExportFunctions + savedModelFunctions

  static let index: [String: Int] = Dictionary(
    all.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// The arguments of a call, read with types.
struct Arguments {
  let function: String
  let values: [Value]

  var count: Int { values.count }

  subscript(index: Int) -> Value { values.indices.contains(index) ? values[index] : .none }

  private func mismatch(_ index: Int, _ expected: String) -> EngineError {
    EngineError.type("\(function): argument \(index + 1) must be \(expected), got \(self[index].kindName)")
  }

  func isNone(_ index: Int) -> Bool {
    if case .none = self[index] { return true }
    return false
  }

  func int(_ index: Int) throws -> Int {
    switch self[index] {
    case .int(let value): return value
    case .bool(let value): return value ? 1 : 0
    default: throw mismatch(index, "an int")
    }
  }

  func optionalInt(_ index: Int) throws -> Int? { isNone(index) ? nil : try int(index) }

  func double(_ index: Int) throws -> Double {
    switch self[index] {
    case .float(let value): return value
    case .int(let value): return Double(value)
    default: throw mismatch(index, "a float")
    }
  }

  func bool(_ index: Int) throws -> Bool {
    switch self[index] {
    case .bool(let value): return value
    case .int(let value): return value != 0
    default: throw mismatch(index, "a bool")
    }
  }

  func string(_ index: Int) throws -> String {
    switch self[index] {
    case .text(let value): return value
    case .bytes(let value): return String(decoding: value, as: UTF8.self)
    default: throw mismatch(index, "a str")
    }
  }

  func optionalString(_ index: Int) throws -> String? { isNone(index) ? nil : try string(index) }

  func list(_ index: Int) throws -> [Value] {
    switch self[index] {
    case .list(let items), .tuple(let items): return items
    default: throw mismatch(index, "a list")
    }
  }

  func dict(_ index: Int) throws -> [(key: String, value: Value)] {
    if case .dict(let pairs) = self[index] { return pairs }
    if isNone(index) { return [] }
    throw mismatch(index, "a dict")
  }

  func object<Object: AnyObject>(_ index: Int, _ type: Object.Type = Object.self) throws -> Object {
    guard case .object(let object) = self[index], let typed = object as? Object else {
      throw mismatch(index, "a \(Object.self)")
    }
    return typed
  }

  func graph(_ index: Int) throws -> Graph { try object(index) }

  func host(_ index: Int) throws -> HostObject {
    guard case .host(let host) = self[index] else { throw mismatch(index, "a callable") }
    return host
  }

  func output(_ index: Int) throws -> Output {
    guard case .output(let output) = self[index] else { throw mismatch(index, "a Tensor") }
    return output
  }

  func node(_ index: Int) throws -> Node {
    switch self[index] {
    case .node(let node): return node
    case .output(let output): return output.node
    default: throw mismatch(index, "an Operation")
    }
  }

  func tensor(_ index: Int) throws -> Tensor {
    guard case .tensor(let tensor) = self[index] else { throw mismatch(index, "an array") }
    return tensor
  }

  func outputs(_ index: Int) throws -> [Output] {
    try list(index).map {
      guard case .output(let output) = $0 else { throw mismatch(index, "a list of Tensors") }
      return output
    }
  }

  func nodes(_ index: Int) throws -> [Node] {
    try list(index).map {
      switch $0 {
      case .node(let node): return node
      case .output(let output): return output.node
      default: throw mismatch(index, "a list of Operations")
      }
    }
  }

  func shape(_ index: Int) throws -> Shape { try self[index].asShape() ?? { throw mismatch(index, "a shape") }() }

  func dtype(_ index: Int) throws -> DType {
    guard let dtype = DType(rawValue: Int32(truncatingIfNeeded: try int(index))) else {
      throw mismatch(index, "a dtype")
    }
    return dtype
  }
}

extension Value {
  /// `None` or a list of ints and `None`s as a shape; `nil` for anything else.
  func asShape() throws -> Shape? {
    switch self {
    case .none: return .unknown
    case .list(let items), .tuple(let items):
      var dimensions: [Int?] = []
      for item in items {
        switch item {
        case .int(let size) where size >= 0: dimensions.append(size)
        case .int(-1), .none: dimensions.append(nil)
        default: return nil
        }
      }
      return Shape(dimensions)
    default: return nil
    }
  }
}
