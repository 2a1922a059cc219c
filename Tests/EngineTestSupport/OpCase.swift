import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime

/// One way to exercise an op: its sample with a type for each type attribute.
///
/// Values are those of a fixed low-discrepancy sequence, so that a run with the same sample of another program (the
/// script that makes golden values) sees the very same numbers.
public struct OpCase: Sendable {
  public let definition: OpDefinition
  public let sample: OpSample
  /// The type of inputs whose type the sample leaves open.
  public let dtype: DType

  public init(_ definition: OpDefinition, _ sample: OpSample, dtype: DType) {
    self.definition = definition
    self.sample = sample
    self.dtype = dtype
  }

  /// The types that inputs without a type of their own may have; empty when all types are fixed.
  public static func openTypes(_ definition: OpDefinition, _ sample: OpSample) -> [DType] {
    let elements = elements(definition, sample)
    for (input, element) in zip(sample.inputs, elements) where input.dtype == nil {
      if case .attribute(let name)? = element {
        let allowed = definition.attribute(named: name)?.allowedTypes ?? Set(testable)
        return testable.filter { allowed.contains($0) }
      }
    }
    return []
  }

  private static let testable: [DType] = [
    .float64, .float32, .int32, .int64, .float16, .bfloat16, .int8, .int16, .uint8, .uint16, .uint32, .uint64, .bool,
    .string,
  ]

  /// The type, or type attribute, of each flat input.
  private static func elements(_ definition: OpDefinition, _ sample: OpSample) -> [ArgumentDefinition.Element?] {
    definition.inputs.flatMap { argument -> [ArgumentDefinition.Element?] in
      switch argument.arity {
      case .single(let element): return [element]
      case .repeated(let count, let element):
        guard case .int(let number)? = sample.attributes[count] else { return [element] }
        return [ArgumentDefinition.Element?](repeating: element, count: number)
      case .list(let name):
        guard case .types(let types)? = sample.attributes[name] else { return [] }
        return types.map { .fixed($0) }
      }
    }
  }

  /// The values of all inputs.
  public func tensors() throws -> [Tensor] {
    let elements = OpCase.elements(definition, sample)
    return try sample.inputs.enumerated().map { index, input in
      var type = input.dtype
      if type == nil, index < elements.count, case .fixed(let fixed)? = elements[index] { type = fixed }
      return try OpCase.tensor(input, index: index, dtype: type ?? dtype)
    }
  }

  /// The k-th number of the sequence for input `index`, in [0, 1).
  public static func fraction(_ k: Int, _ index: Int) -> Double {
    let value = Double(k) * 0.6180339887498949 + Double(index) * 0.37 + 0.11
    return value - value.rounded(.down)
  }

  public static func tensor(_ input: OpSample.Input, index: Int, dtype: DType) throws -> Tensor {
    let count = input.shape.reduce(1, *)
    let numbers: [Double] = (0..<count).map { k in
      let u = fraction(k, index)
      switch input.values {
      case .uniform(let low, let high): return low + (high - low) * u
      case .integers(let range): return Double(range.lowerBound) + (Double(range.count) * u).rounded(.down)
      case .booleans: return u < 0.5 ? 1 : 0
      case .fixed(let values): return values[k % values.count]
      }
    }
    return try tensor(numbers, shape: input.shape, dtype: dtype)
  }

  /// Numbers as a tensor of any type: integers are rounded away from 0, unsigned ones without their sign.
  public static func tensor(_ numbers: [Double], shape: [Int], dtype: DType) throws -> Tensor {
    if dtype == .string {
      return try Tensor(strings: numbers.map { ByteString("\(Int($0.rounded()))".utf8) }, shape: shape)
    }
    let tensor = try Tensor(uninitialized: dtype, shape: shape)
    for (index, number) in numbers.enumerated() {
      var value = dtype.isInteger ? number.rounded(.awayFromZero) : number
      switch dtype {
      case .uint8, .uint16, .uint32, .uint64: value = value.magnitude
      default: break
      }
      let scalar = try Tensor(scalar: value, dtype: dtype)
      (tensor.pointer + index * dtype.itemSize).copyMemory(from: scalar.pointer, byteCount: dtype.itemSize)
    }
    return tensor
  }

  /// Builds the op on the inputs' values: constants where the sample says so, placeholders elsewhere.
  public func build(in graph: Graph) throws -> (node: Node, inputs: [Output], feeds: [(Output, Tensor)]) {
    let tensors = try tensors()
    var feeds: [(Output, Tensor)] = []
    let inputs: [Output] = try zip(sample.inputs, tensors).map { input, tensor in
      if input.isConstant { return try graph.constant(tensor) }
      let placeholder = try graph.addNode(
        "Placeholder",
        attributes: ["dtype": .type(tensor.dtype), "shape": .shape(Shape(known: tensor.shape))]
      ).output()
      feeds.append((placeholder, tensor))
      return placeholder
    }
    var rest = inputs[...]
    let arguments: [[Output]] = definition.inputs.map { argument in
      var count = 1
      switch argument.arity {
      case .single: break
      case .repeated(let name, _): if case .int(let number)? = sample.attributes[name] { count = number }
      case .list(let name): if case .types(let types)? = sample.attributes[name] { count = types.count }
      }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    let node = try graph.addNode(definition.name, arguments: arguments, attributes: sample.attributes)
    return (node, inputs, feeds)
  }

  /// Runs the op alone.
  public func run() throws -> (node: Node, outputs: [Tensor]) {
    let graph = Graph()
    let (node, _, feeds) = try build(in: graph)
    return (node, try Session(graph: graph).run(fetches: node.outputs, feeds: feeds))
  }
}

extension Tensor {
  /// The elements of any real type, widened.
  public func doubles() throws -> [Double] {
    switch dtype {
    case .float32: return try scalars(Float.self).map { Double($0) }
    case .float64: return try scalars(Double.self)
    case .float16: return try scalars(Half.self).map { Double($0.float) }
    case .bfloat16: return try scalars(BFloat16.self).map { Double($0.float) }
    case .bool: return try scalars(Bool.self).map { $0 ? 1 : 0 }
    default: return try integers().map { Double($0) }
    }
  }

  /// The bytes of the elements.
  public var bytes: [UInt8] {
    Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer), count: byteCount))
  }
}
