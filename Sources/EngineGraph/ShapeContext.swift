import EngineCore

/// What a shape function sees: the new node's inputs and attributes.
public struct ShapeContext {
  public let node: Node

  public var inputCount: Int { node.inputs.count }
  /// The static shape of an input.
  public func input(_ index: Int) -> Shape { node.inputs[index].shape }

  /// The value of an input that is known while the graph is built.
  public func constant(_ index: Int) -> Tensor? { constantValue(of: node.inputs[index]) }

  /// The integers of a constant input; `nil` when it isn't constant.
  public func constantInts(_ index: Int) throws -> [Int]? { try constant(index).map { try $0.integers() } }

  /// A shape given by an integer vector input, as far as it is known.
  public func shape(fromInput index: Int) throws -> Shape { try constantShape(of: node.inputs[index]) }

  /// The input's shape, after checking its rank.
  public func input(_ index: Int, rank: Int) throws -> Shape {
    let shape = input(index)
    try shape.requireRank(rank)
    return shape.rank == nil ? .unknown(rank: rank) : shape
  }

  /// Resolves a possibly negative axis.
  public func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw EngineError.value("Invalid reduction dimension \(axis) for input with \(rank) dimensions.")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Combines two shapes that must be the same.
  /// **Errors**: `ValueError` naming the ranks or the dimension that differ.
  public static func merge(_ a: Shape, _ b: Shape) throws -> Shape {
    guard let x = a.dimensions else { return b }
    guard let y = b.dimensions else { return a }
    guard x.count == y.count else {
      throw EngineError.value("Shapes must be equal rank, but are \(x.count) and \(y.count)")
    }
    return Shape(
      try x.indices.map { axis in
        if let p = x[axis], let q = y[axis], p != q {
          throw EngineError.value(
            "Dimension \(axis) in both shapes must be equal, but are \(p) and \(q). Shapes are \(a.bracketed) and "
              + "\(b.bracketed).")
        }
        return x[axis] ?? y[axis]
      })
  }

  // MARK: The common shape functions

  public static let sameAsFirst: OpDefinition.ShapeFunction = { [$0.input(0)] }
  public static let scalar: OpDefinition.ShapeFunction = { _ in [.scalar] }
  public static let none: OpDefinition.ShapeFunction = { _ in [] }
  public static let unknown: OpDefinition.ShapeFunction = { context in
    context.node.outputTypes.map { _ in .unknown }
  }
  public static let broadcast: OpDefinition.ShapeFunction = { [try Shape.broadcast($0.input(0), $0.input(1))] }
}

/// The value that an output is known to have while the graph is built: constants, shapes that are known, and what
/// shape arithmetic makes of them.
public func constantValue(of output: Output) -> Tensor? {
  switch output.node.type {
  case "Const": return output.node.tensor("value")
  case "Identity", "StopGradient": return constantValue(of: output.node.inputs[0])
  case "Shape", "ShapeN":
    guard let known = output.node.inputs[output.index].shape.known else { return nil }
    if output.dtype == .int64 { return try? Tensor(known.map { Int64($0) }, shape: [known.count]) }
    return try? Tensor(known.map { Int32(truncatingIfNeeded: $0) }, shape: [known.count])
  case "Size":
    guard let count = output.node.inputs[0].shape.elementCount else { return nil }
    if output.dtype == .int64 { return Tensor(scalar: Int64(count)) }
    return Int32(exactly: count).map { Tensor(scalar: $0) }
  case "Rank":
    return output.node.inputs[0].shape.rank.map { Tensor(scalar: Int32(truncatingIfNeeded: $0)) }
  default: return foldedValue(of: output)
  }
}

/// Ops that shapes are computed with: these are carried out while the graph is built when their inputs are known.
private let foldedOps: Set<String> = [
  "Add", "AddV2", "All", "Any", "BroadcastArgs", "BroadcastGradientArgs", "Cast", "Ceil", "Concat", "ConcatOffset",
  "ConcatV2", "Div", "DynamicStitch", "Equal", "ExpandDims", "Fill", "Floor", "FloorDiv", "FloorMod", "Gather",
  "GatherV2", "Greater", "GreaterEqual", "InvertPermutation", "Less", "LessEqual", "ListDiff", "LogicalAnd",
  "LogicalNot", "LogicalOr", "Max", "Maximum", "Min", "Minimum", "Mod", "Mul", "Neg", "NotEqual", "OnesLike", "Pack",
  "Prod", "Range", "RealDiv", "Reshape", "ReverseV2", "Round", "Select", "SelectV2", "Slice", "SparseReshape", "Split",
  "SplitV",
  "Squeeze", "StridedSlice", "Sub", "Sum", "Tile", "Transpose", "TruncateDiv", "Unpack", "ZerosLike",
]

/// Results of folding, kept with the graph. Only what is known is kept: shapes may be refined later.
private final class FoldedValues {
  static let key = "constant values"
  static let environment = ExecutionEnvironment(nondeterministicSeed: 0)
  var outputs: [Output: Tensor] = [:]

  static func of(_ graph: Graph) -> FoldedValues {
    if let known = graph.attachments[key] as? FoldedValues { return known }
    let made = FoldedValues()
    graph.attachments[key] = made
    return made
  }
}

/// Elements that a folded value has at most.
private let foldedElementLimit = 1024

private func foldedValue(of output: Output) -> Tensor? {
  let node = output.node
  guard foldedOps.contains(node.type), let kernel = node.definition.kernel else { return nil }
  let cache = FoldedValues.of(node.graph)
  if let known = cache.outputs[output] { return known }
  for shape in node.outputShapes { if let count = shape.elementCount, count > foldedElementLimit { return nil } }
  var values: [Tensor] = []
  for input in node.inputs {
    guard let value = constantValue(of: input), value.elementCount <= foldedElementLimit else { return nil }
    values.append(value)
  }
  // A failure shows when the graph runs, with the node's name.
  let context = KernelContext(node: node, environment: FoldedValues.environment)
  context.setInputs(values)
  guard (try? kernel(context)) != nil else { return nil }
  for index in node.outputTypes.indices {
    guard let value = context.takeOutput(index), value.elementCount <= foldedElementLimit else { continue }
    cache.outputs[node.output(index)] = value
  }
  return cache.outputs[output]
}

/// Reads a shape out of the graph that computes it, tracing through `Shape`, `Pack`, `ConcatV2` and `StridedSlice`.
/// A value of -1 means an unknown dimension.
/// **Errors**: `ValueError` for a constant that isn't a shape.
public func constantShape(of output: Output) throws -> Shape {
  if let value = constantValue(of: output) {
    return Shape(
      try value.integers().map { dimension in
        guard dimension >= -1 else { throw EngineError.value("Dimension \(dimension) must be >= 0") }
        return dimension == -1 ? nil : dimension
      })
  }
  let node = output.node
  func scalarDimension(_ source: Output) throws -> Int? {
    if let value = constantValue(of: source) {
      let numbers = try value.integers()
      return numbers.count == 1 && numbers[0] >= 0 ? numbers[0] : nil
    }
    // shape(x)[i]
    if source.node.type == "Cast" { return try scalarDimension(source.node.inputs[0]) }
    if source.node.type == "StridedSlice", source.node.int("shrink_axis_mask") == 1,
      let begin = constantValue(of: source.node.inputs[1]), let index = try begin.integers().first
    {
      return try constantShape(of: source.node.inputs[0])[index]
    }
    return nil
  }
  switch node.type {
  case "Shape": return node.inputs[0].shape
  case "Cast", "Identity": return try constantShape(of: node.inputs[0])
  case "Pack": return Shape(try node.inputs.map(scalarDimension))
  case "ConcatV2":
    var result = Shape.scalar
    for input in node.inputs.dropLast() { result = result.concatenated(with: try constantShape(of: input)) }
    if result.rank != nil { return result }
  case "StridedSlice":
    guard node.int("new_axis_mask") == 0, node.int("ellipsis_mask") == 0, node.int("shrink_axis_mask") == 0,
      let source = try constantShape(of: node.inputs[0]).dimensions,
      let begin = try constantValue(of: node.inputs[1])?.integers().first,
      let end = try constantValue(of: node.inputs[2])?.integers().first,
      let stride = try constantValue(of: node.inputs[3])?.integers().first, stride == 1
    else { break }
    func clamp(_ value: Int) -> Int { min(max(value < 0 ? value + source.count : value, 0), source.count) }
    let first = node.int("begin_mask") & 1 == 1 ? 0 : clamp(begin)
    let last = node.int("end_mask") & 1 == 1 ? source.count : clamp(end)
    return Shape(first < last ? Array(source[first..<last]) : [])
  default: break
  }
  // A vector of known length still tells the rank.
  if let count = output.shape[0], output.shape.rank == 1 { return .unknown(rank: count) }
  return .unknown
}
