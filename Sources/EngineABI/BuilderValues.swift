import EngineBuilders
import EngineCore
import EngineGraph

// How builders' arguments cross the border.
//
// A tensor argument may be: a Tensor; a Variable object; an array; a number (which takes the type of what it is used
// with). Callables are called as follows:
//   initializer    (shape: list of int, dtype: int) -> Tensor, Variable or array
//   regularizer    (variable object) -> Tensor or None
//   constraint     (variable object) -> Tensor
//   activation     (Tensor) -> Tensor
//   partitioner    (shape: list, dtype: int) -> list of int
//   hyperparameter () -> Tensor, Variable object or number
// An initializer may also be an engine object that an "initializers.*" function returned.
// Gradients cross as None, a Tensor, or the tuple ("IndexedSlices", values, indices, dense_shape).

/// Gives an engine value that is not an object the form of one.
final class ObjectBox<Content>: @unchecked Sendable {
  let content: Content
  init(_ content: Content) { self.content = content }
}

typealias InitializerBox = ObjectBox<any VariableInitializer>

/// One dict of options, read with types.
struct OptionReader {
  let function: String
  let values: [String: Value]

  init(_ arguments: Arguments, _ index: Int) throws {
    function = arguments.function
    values = Dictionary(try arguments.dict(index).map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  subscript(_ name: String) -> Value { values[name] ?? .none }

  func has(_ name: String) -> Bool {
    if case .none = self[name] { return false }
    return true
  }

  private func mismatch(_ name: String, _ expected: String) -> EngineError {
    .type("\(function): '\(name)' must be \(expected), got \(self[name].kindName)")
  }

  func required(_ name: String) throws -> Value {
    guard has(name) else { throw EngineError.type("\(function): '\(name)' is missing") }
    return self[name]
  }

  func bool(_ name: String, _ fallback: Bool) throws -> Bool {
    switch self[name] {
    case .none: return fallback
    case .bool(let value): return value
    case .int(let value): return value != 0
    default: throw mismatch(name, "a bool")
    }
  }

  func int(_ name: String) throws -> Int? {
    switch self[name] {
    case .none: return nil
    case .int(let value): return value
    case .bool(let value): return value ? 1 : 0
    case .float(let value) where value == value.rounded() && abs(value) < 9e15: return Int(value)
    default: throw mismatch(name, "an int")
    }
  }

  func double(_ name: String) throws -> Double? {
    switch self[name] {
    case .none: return nil
    case .float(let value): return value
    case .int(let value): return Double(value)
    case .bool(let value): return value ? 1 : 0
    case .tensor(let tensor): return try tensor.singleNumber()
    default: throw mismatch(name, "a number")
    }
  }

  func string(_ name: String) throws -> String? {
    switch self[name] {
    case .none: return nil
    case .text(let value): return value
    case .bytes(let value): return String(decoding: value, as: UTF8.self)
    default: throw mismatch(name, "a str")
    }
  }

  func list(_ name: String) throws -> [Value]? {
    switch self[name] {
    case .none: return nil
    case .list(let items), .tuple(let items): return items
    default: throw mismatch(name, "a list")
    }
  }

  func strings(_ name: String) throws -> [String]? {
    try list(name)?.map { item in
      guard case .text(let text) = item else { throw mismatch(name, "a list of str") }
      return text
    }
  }

  /// A list of ints, or one int repeated.
  func ints(_ name: String, count: Int? = nil) throws -> [Int]? {
    if let count, case .int(let value) = self[name] { return [Int](repeating: value, count: count) }
    return try list(name)?.map { item in
      guard case .int(let value) = item else { throw mismatch(name, "a list of ints") }
      return value
    }
  }

  func doubles(_ name: String) throws -> [Double]? {
    try list(name)?.map { item in
      switch item {
      case .float(let value): return value
      case .int(let value): return Double(value)
      default: throw mismatch(name, "a list of numbers")
      }
    }
  }

  func shape(_ name: String) throws -> Shape? {
    guard has(name) else { return nil }
    if case .int(let size) = self[name], size >= 0 { return .vector(size) }
    guard let shape = try self[name].asShape() else { throw mismatch(name, "a shape") }
    return shape
  }

  func dtype(_ name: String) throws -> DType? {
    guard let number = try int(name) else { return nil }
    guard let dtype = DType(rawValue: Int32(truncatingIfNeeded: number)) else { throw mismatch(name, "a dtype") }
    return dtype
  }

  func operand(_ name: String) throws -> Operand? { has(name) ? try self[name].asOperand(function) : nil }

  /// A tensor; variables are read and arrays become constants in the graph given.
  func output(_ name: String, in graph: Graph) throws -> Output? {
    try operand(name).map { try graph.tensor($0) }
  }

  func initializer(_ name: String) throws -> (any VariableInitializer)? { try self[name].asInitializer(function) }
  func regularizer(_ name: String) throws -> Regularizer? { try self[name].asRegularizer(function) }
  func constraint(_ name: String) throws -> Variable.Constraint? { try self[name].asConstraint(function) }
  func partitioner(_ name: String) throws -> Partitioner? { try self[name].asPartitioner(function) }
  func activation(_ name: String) throws -> Activation? { try self[name].asActivation(function) }

  func hyperparameter(_ name: String, _ fallback: Hyperparameter) throws -> Hyperparameter {
    has(name) ? try self[name].asHyperparameter(function) : fallback
  }

  /// None/False: never; True: always; the text "auto": either.
  func reuse(_ name: String) throws -> VariableReuse? {
    switch self[name] {
    case .none: return nil
    case .bool(let value): return value ? .always : .never
    case .text("auto"): return .automatic
    case .int(let value): return VariableReuse(rawValue: value)
    default: throw mismatch(name, "True, False or 'auto'")
    }
  }
}

extension Tensor {
  func singleNumber() throws -> Double {
    guard elementCount == 1 else { throw EngineError.type("expected one number, got an array of shape \(shape)") }
    switch dtype {
    case .float32: return Double(elements(Float.self)[0])
    case .float64: return elements(Double.self)[0]
    case .bool: return elements(Bool.self)[0] ? 1 : 0
    default: return Double(try integers()[0])
    }
  }
}

extension Value {
  func asOperand(_ function: String) throws -> Operand {
    switch self {
    case .output(let output): return .tensor(output)
    case .float(let value): return .number(value)
    case .int(let value): return .number(Double(value))
    case .bool(let value): return .constant(Tensor(scalar: value))
    case .tensor(let tensor): return .constant(tensor)
    case .object(let object as Variable): return .variable(object)
    case .object(let object as ObjectBox<VariableUpdate>): return .update(object.content)
    case .text(let text): return .constant(Tensor(string: text))
    case .bytes(let bytes): return .constant(try Tensor(strings: [bytes], shape: []))
    default: throw EngineError.type("\(function): expected a Tensor, a Variable or a number, got \(kindName)")
    }
  }

  /// What a callable gave, as a tensor of the graph.
  func asOutput(in graph: Graph, _ function: String, dtype: DType? = nil) throws -> Output {
    try graph.tensor(try asOperand(function), dtype: dtype)
  }

  func asInitializer(_ function: String) throws -> (any VariableInitializer)? {
    switch self {
    case .none: return nil
    case .object(let box as InitializerBox): return box.content
    case .host(let host):
      return ClosureInitializer { graph, shape, dtype in
        try host.call([.ints(shape), .int(Int(dtype.rawValue))]).asOutput(in: graph, function, dtype: dtype)
      }
    default: throw EngineError.type("\(function): an initializer must be callable, got \(kindName)")
    }
  }

  func asRegularizer(_ function: String) throws -> Regularizer? {
    switch self {
    case .none: return nil
    case .object(let box as ObjectBox<Regularizer>): return box.content
    case .host(let host):
      return { variable in
        let result = try host.call([.object(variable)])
        if case .none = result { return nil }
        return try result.asOutput(in: variable.graph, function, dtype: variable.dtype)
      }
    default: throw EngineError.type("\(function): a regularizer must be callable, got \(kindName)")
    }
  }

  func asConstraint(_ function: String) throws -> Variable.Constraint? {
    switch self {
    case .none: return nil
    case .host(let host):
      return { variable in
        try host.call([.object(variable)]).asOutput(in: variable.graph, function, dtype: variable.dtype)
      }
    default:
      throw EngineError.value("Argument `constraint` must be None or a callable. a callable. Got a \(kindName)")
    }
  }

  func asPartitioner(_ function: String) throws -> Partitioner? {
    switch self {
    case .none: return nil
    case .object(let box as ObjectBox<Partitioner>): return box.content
    case .host(let host):
      return { shape, dtype in
        guard case .list(let items) = try host.call([.shape(shape), .int(Int(dtype.rawValue))]) else {
          throw EngineError.value("Partitioner must return a sequence")
        }
        return try items.map { item in
          guard case .int(let count) = item else {
            throw EngineError.value("Partitioner must return a sequence of ints")
          }
          return count
        }
      }
    default: throw EngineError.value("Partitioner must be callable, but received: \(kindName)")
    }
  }

  func asActivation(_ function: String) throws -> Activation? {
    switch self {
    case .none: return nil
    case .host(let host): return { try host.call([.output($0)]).asOutput(in: $0.graph, function, dtype: $0.dtype) }
    default: throw EngineError.type("\(function): an activation must be callable, got \(kindName)")
    }
  }

  func asHyperparameter(_ function: String) throws -> Hyperparameter {
    if case .host(let host) = self { return .closure { try host.call([]).asOperand(function) } }
    switch try asOperand(function) {
    case .number(let value): return .number(value)
    case .tensor(let output): return .tensor(output)
    case .variable(let variable): return .variable(variable)
    case .constant(let tensor): return .number(try tensor.singleNumber())
    case let other: return .closure { other }
    }
  }

  static func dtype(_ dtype: DType) -> Value { .int(Int(dtype.rawValue)) }

  static func operand(_ operand: Operand?) -> Value {
    switch operand {
    case .tensor(let output)?: .output(output)
    case .variable(let variable)?: .object(variable)
    case .number(let value)?: .float(value)
    case .integer(let value)?: .int(value)
    case .integers(let values)?: .ints(values)
    case .constant(let tensor)?: .tensor(tensor)
    case .update(let update)?: .output(update.read)
    case nil: .none
    }
  }
}

extension Arguments {
  func options(_ index: Int) throws -> OptionReader { try OptionReader(self, index) }
  func variable(_ index: Int) throws -> Variable { try object(index) }
  func operand(_ index: Int) throws -> Operand { try self[index].asOperand(function) }
  func optionalOperand(_ index: Int) throws -> Operand? { isNone(index) ? nil : try operand(index) }
  func variables(_ index: Int) throws -> [Variable] {
    try list(index).map { item in
      guard case .object(let object) = item, let variable = object as? Variable else {
        throw EngineError.type("\(function): argument \(index + 1) must be a list of Variables")
      }
      return variable
    }
  }
}
