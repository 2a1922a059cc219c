import EngineCore
import EngineGraph

/// What an op of a builder may be applied to: a tensor, or something that becomes one where it is used.
public enum Operand {
  case tensor(Output)
  /// A constant of the type of the first tensor beside it.
  case number(Double)
  /// A constant int32 vector.
  case integers([Int])
  case integer(Int)
  /// A constant as it stands.
  case constant(Tensor)
  /// Reading happens where the operand is used, so that it sees what the control dependencies there guarantee.
  case variable(Variable)
  /// A variable after an assignment.
  case update(VariableUpdate)

  var graph: Graph? {
    switch self {
    case .tensor(let output): output.graph
    case .variable(let variable): variable.graph
    case .update(let update): update.variable.graph
    default: nil
    }
  }

  public var dtype: DType? {
    switch self {
    case .tensor(let output): output.dtype
    case .variable(let variable): variable.dtype
    case .update(let update): update.variable.dtype
    case .constant(let tensor): tensor.dtype
    case .integers, .integer: .int32
    case .number: nil
    }
  }

  /// What is known of the shape.
  public var shape: Shape {
    switch self {
    case .tensor(let output): output.shape
    case .variable(let variable): variable.shape
    case .update(let update): update.variable.shape
    case .constant(let tensor): Shape(known: tensor.shape)
    case .integers(let values): .vector(values.count)
    case .integer, .number: .scalar
    }
  }
}

extension Operand: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension Graph {
  /// Turns an operand into a tensor, in the current scope.
  /// **Errors**: `ValueError` for a number without a type to take.
  public func tensor(_ operand: Operand, dtype: DType? = nil, name: String = "Const") throws -> Output {
    switch operand {
    case .tensor(let output): return output
    case .number(let value): return try constant(Tensor(scalar: value, dtype: dtype ?? .float32), name: name)
    case .integers(let values): return try constant(values.map { Int32(truncatingIfNeeded: $0) }, name: name)
    case .integer(let value): return try constant(scalar: Int32(truncatingIfNeeded: value), name: name)
    case .constant(let tensor): return try constant(tensor, name: name)
    case .variable(let variable): return try variable.value()
    case .update(let update): return try update.value()
    }
  }

  /// Adds a node as TensorFlow's wrappers do: its name is a scope of its own, in which operands that are not tensors
  /// yet become constants (named after the op's arguments) or reads of variables.
  ///
  /// - Parameter name: default: the op's name. A closing slash means exactly this name.
  @discardableResult
  public func apply(
    _ type: String, as name: String? = nil, _ operands: Operand..., attributes: [String: AttributeValue] = [:]
  ) throws -> Output {
    try apply(type, as: name, list: operands, attributes: attributes)
  }

  @discardableResult
  func apply(
    _ type: String, as name: String? = nil, list operands: [Operand], attributes: [String: AttributeValue] = [:]
  ) throws -> Output {
    try applyNode(type, as: name, list: operands, attributes: attributes).output()
  }

  @discardableResult
  func applyNode(
    _ type: String, as name: String? = nil, list operands: [Operand], attributes: [String: AttributeValue] = [:]
  ) throws -> Node {
    let definition = try OpRegistry.definition(named: type)
    return try withNameScope(name ?? type) { scope in
      // Numbers take the type of the other operands of the same type attribute.
      let shared = operands.lazy.compactMap { operand -> DType? in
        if case .number = operand { return nil }
        return operand.dtype
      }.first
      let inputs = try operands.enumerated().map { index, operand in
        let argument = definition.inputs.indices.contains(index) ? definition.inputs[index].name : "values_\(index)"
        return try tensor(operand, dtype: shared, name: argument)
      }
      return try addNode(type, inputs, attributes: attributes, name: scope)
    }
  }

  // MARK: Python's operators

  func add(_ x: Operand, _ y: Operand, _ name: String = "add") throws -> Output { try apply("AddV2", as: name, x, y) }
  func subtract(_ x: Operand, _ y: Operand, _ name: String = "sub") throws -> Output {
    try apply("Sub", as: name, x, y)
  }
  func multiply(_ x: Operand, _ y: Operand, _ name: String = "mul") throws -> Output {
    try apply("Mul", as: name, x, y)
  }
  func divide(_ x: Operand, _ y: Operand, _ name: String = "truediv") throws -> Output {
    try apply("RealDiv", as: name, x, y)
  }
  func divideNoNaN(_ x: Operand, _ y: Operand, _ name: String = "div_no_nan") throws -> Output {
    try apply("DivNoNan", as: name, x, y)
  }

  /// Converts to a type; the tensor itself when it has that type.
  public func cast(_ x: Output, to dtype: DType, name: String = "Cast") throws -> Output {
    if x.dtype == dtype { return x }
    return try apply("Cast", as: name, .tensor(x), attributes: ["DstT": .type(dtype)])
  }

  // MARK: Shapes

  /// The shape as an int32 vector; a constant where it is known.
  func shapeVector(_ x: Output, name: String = "Shape") throws -> Output {
    try withNameScope(name) { scope in
      if let known = x.shape.known { return try constant(known.map { Int32(truncatingIfNeeded: $0) }, name: scope) }
      return try addNode("Shape", [x], name: scope).output()
    }
  }

  func rank(_ x: Output, name: String = "Rank") throws -> Output {
    try withNameScope(name) { scope in
      if let rank = x.shape.rank { return try constant(scalar: Int32(truncatingIfNeeded: rank), name: scope) }
      return try addNode("Rank", [x], name: scope).output()
    }
  }

  func size(_ x: Output, name: String = "Size") throws -> Output {
    try withNameScope(name) { scope in
      if let count = x.shape.elementCount {
        return try constant(scalar: Int32(truncatingIfNeeded: count), name: scope)
      }
      return try addNode("Size", [x], name: scope).output()
    }
  }

  /// `[0, 1, ..., limit - 1]`.
  func range(_ limit: Output, name: String = "range") throws -> Output {
    try withNameScope(name) { scope in
      let start = try constant(scalar: Int32(0), name: "start")
      let delta = try constant(scalar: Int32(1), name: "delta")
      return try addNode("Range", [start, limit, delta], name: scope).output()
    }
  }

  func reshape(_ x: Output, _ shape: [Int], name: String = "Reshape") throws -> Output {
    try apply("Reshape", as: name, .tensor(x), .integers(shape))
  }

  func expandDimensions(_ x: Operand, axis: Int, name: String = "ExpandDims") throws -> Output {
    try apply("ExpandDims", as: name, x, .integer(axis))
  }

  func squeeze(_ x: Output, axes: [Int], name: String = "Squeeze") throws -> Output {
    try addNode("Squeeze", [x], attributes: ["squeeze_dims": .ints(axes)], name: name).output()
  }

  /// `x[index]` of a vector.
  func element(_ x: Output, _ index: Int, name: String = "strided_slice") throws -> Output {
    try withNameScope(name) { scope in
      let begin = try constant([Int32(truncatingIfNeeded: index)], name: "stack")
      let end = try constant([Int32(truncatingIfNeeded: index + 1)], name: "stack_1")
      let stride = try constant([Int32(1)], name: "stack_2")
      return try addNode(
        "StridedSlice", [x, begin, end, stride], attributes: ["shrink_axis_mask": .int(1)], name: scope
      ).output()
    }
  }

  /// `x[begin:end]` of a vector; `nil` leaves an end open.
  func slice(_ x: Output, from begin: Int?, to end: Int?, name: String = "strided_slice") throws -> Output {
    try withNameScope(name) { scope in
      let first = try constant([Int32(truncatingIfNeeded: begin ?? 0)], name: "stack")
      let last = try constant([Int32(truncatingIfNeeded: end ?? 0)], name: "stack_1")
      let stride = try constant([Int32(1)], name: "stack_2")
      return try addNode(
        "StridedSlice", [x, first, last, stride],
        attributes: ["begin_mask": .int(begin == nil ? 1 : 0), "end_mask": .int(end == nil ? 1 : 0)], name: scope
      ).output()
    }
  }

  func concatenate(_ values: [Operand], axis: Int, name: String = "concat") throws -> Output {
    try withNameScope(name) { scope in
      let dtype = values.lazy.compactMap(\.dtype).first
      let parts = try values.enumerated().map { try tensor($1, dtype: dtype, name: "values_\($0)") }
      let axis = try constant(scalar: Int32(truncatingIfNeeded: axis), name: "axis")
      return try addNode("ConcatV2", arguments: [parts, [axis]], name: scope).output()
    }
  }

  /// Stacks scalars of one type; numbers become constants named by their position.
  func pack(_ values: [Operand], name: String = "stack", axis: Int = 0) throws -> Output {
    try withNameScope(name) { scope in
      let dtype = values.lazy.compactMap(\.dtype).first
      let parts = try values.enumerated().map { try tensor($1, dtype: dtype, name: "\($0)") }
      return try addNode("Pack", arguments: [parts], attributes: ["axis": .int(axis)], name: scope).output()
    }
  }

  // MARK: Reductions

  /// Reduces over `axes`, or over all of them.
  func reduce(
    _ type: String, _ x: Operand, axes: [Int]? = nil, keepDimensions: Bool = false, name: String? = nil
  ) throws -> Output {
    let attributes: [String: AttributeValue] = ["keep_dims": .bool(keepDimensions)]
    if let axes { return try apply(type, as: name, x, .integers(axes), attributes: attributes) }
    let all: Output
    if let rank = x.shape.rank, rank > 0 {
      all = try constant((0..<Int32(truncatingIfNeeded: rank)).map { $0 }, name: "Const")
    } else {
      // A read belongs to the reduction's own scope; only tensors have an unknown rank here.
      let value = try tensor(x)
      all = try range(try rank(value))
      let result = try apply(type, as: name, .tensor(value), .tensor(all), attributes: attributes)
      if !keepDimensions { try result.setShape(.scalar) }
      return result
    }
    return try apply(type, as: name, x, .tensor(all), attributes: attributes)
  }

  /// Reduces over one axis given as a scalar.
  func reduce(_ type: String, _ x: Operand, axis: Int, keepDimensions: Bool = false, name: String? = nil) throws
    -> Output
  {
    try apply(type, as: name, x, .integer(axis), attributes: ["keep_dims": .bool(keepDimensions)])
  }

  // MARK: Filled tensors

  /// A tensor of one value: a constant when it has fewer than a thousand elements, else a `Fill`.
  func filled(_ value: Double, shape: [Int], dtype: DType, name: String) throws -> Output {
    try withNameScope(name) { scope in
      guard let count = Shape.elementCount(shape) else {
        throw EngineError.value("a tensor cannot have shape \(Shape(known: shape))")
      }
      if count < 1000 { return try constant(try Tensor(repeating: value, shape: shape, dtype: dtype), name: scope) }
      let dimensions = try constant(shape.map { Int32(truncatingIfNeeded: $0) }, name: "shape_as_tensor")
      let element = try constant(try Tensor(repeating: value, shape: [], dtype: dtype), name: "Const")
      return try addNode("Fill", [dimensions, element], name: scope).output()
    }
  }

  func zeros(shape: [Int], dtype: DType, name: String = "zeros") throws -> Output {
    try filled(0, shape: shape, dtype: dtype, name: name)
  }

  func zerosLike(_ x: Output, name: String = "zeros_like") throws -> Output {
    if let known = x.shape.known { return try zeros(shape: known, dtype: x.dtype, name: name) }
    return try addNode("ZerosLike", [x], name: name).output()
  }

  func onesLike(_ x: Output, name: String = "ones_like", dtype: DType? = nil) throws -> Output {
    try withNameScope(name) { scope in
      let shape: Output
      if let known = x.shape.known {
        shape = try withNameScope("Shape") { _ in
          try constant(known.map { Int32(truncatingIfNeeded: $0) }, name: "shape_as_tensor")
        }
      } else {
        shape = try shapeVector(x, name: "Shape")
      }
      let one = try constant(Tensor(scalar: 1, dtype: dtype ?? x.dtype), name: "Const")
      return try addNode("Fill", [shape, one], name: scope).output()
    }
  }

  func select(_ condition: Output, _ x: Output, _ y: Output, name: String = "Select") throws -> Output {
    try addNode("Select", [condition, x, y], name: name).output()
  }
}

extension Tensor {
  /// A tensor whose elements are all `value`; for strings the empty text.
  init(repeating value: Double, shape: [Int], dtype: DType) throws {
    if value == 0 || dtype == .string {
      self = try Tensor(zeros: dtype, shape: shape)
      return
    }
    let one = try Tensor(scalar: value, dtype: dtype)
    self = try Tensor(uninitialized: dtype, shape: shape)
    for index in 0..<elementCount {
      pointer.advanced(by: index &* dtype.itemSize).copyMemory(from: one.pointer, byteCount: dtype.itemSize)
    }
  }

  /// A tensor of numbers in any numeric type.
  public init(numbers: [Double], shape: [Int], dtype: DType) throws {
    guard Shape.elementCount(shape) == numbers.count else {
      throw EngineError.value("\(numbers.count) values do not fill a tensor of shape \(Shape(known: shape))")
    }
    self = try Tensor(uninitialized: dtype, shape: shape)
    for (index, number) in numbers.enumerated() {
      let one = try Tensor(scalar: number, dtype: dtype)
      pointer.advanced(by: index &* dtype.itemSize).copyMemory(from: one.pointer, byteCount: dtype.itemSize)
    }
  }
}
