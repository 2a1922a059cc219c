import EngineCore
import EngineGraph
import EngineKernels

/// What the last execution of a reduction found out; axes are nearly always a constant, and so the same buffer.
private final class ReductionForm {
  var axesBuffer: Buffer?
  var inputShape: [Int] = []
  var axes: [Int] = []
  var outputShape: [Int] = []
}

extension OpDefinition {
  /// A reduction over the axes in `reduction_indices` (a vector or scalar, negative ones from the end).
  static func reduction(
    _ name: String, _ operation: ReductionOperation, types: Set<DType>?, fixedType: DType? = nil,
    sample: OpSample? = nil, gradient: GradientRule = .none
  ) -> OpDefinition {
    var attributes: [AttributeDefinition] = [
      .bool("keep_dims", false), .type("Tidx", .index, default: .int32),
    ]
    if fixedType == nil { attributes.append(.type("T", types)) }
    let input: ArgumentDefinition = fixedType.map { .tensor("input", $0) } ?? .tensor("input", "T")
    let output: ArgumentDefinition = fixedType.map { .tensor("output", $0) } ?? .tensor("output", "T")
    return OpDefinition(
      name, inputs: [input, .tensor("reduction_indices", "Tidx")], outputs: [output], attributes: attributes,
      shape: reductionShape, gradient: gradient, sample: sample
    ) { context in
      let x = context.inputs[0]
      let form = context.scratch { ReductionForm() }
      if form.axesBuffer !== context.inputs[1].buffer || form.inputShape != x.shape {
        form.axes = try normalizedAxes(try context.integers(1), rank: x.rank)
        let keep = context.node.bool("keep_dims")
        form.outputShape = x.shape.enumerated().compactMap { form.axes.contains($0) ? (keep ? 1 : nil) : $1 }
        form.inputShape = x.shape
        form.axesBuffer = context.inputs[1].buffer
      }
      if form.axes.isEmpty && operation != .mean {
        context.setOutput(0, try x.reshaped(form.outputShape))
        return
      }
      let y = try context.newOutput(0, shape: form.outputShape)
      try Kernels.reduce(operation, x, axes: form.axes, into: y)
      context.setOutput(0, y)
    }
  }

  /// Distinct axes in rising order.
  /// **Errors**: `InvalidArgument` for one out of range or given twice.
  static func normalizedAxes(_ axes: [Int], rank: Int) throws -> [Int] {
    var result: [Int] = []
    for axis in axes {
      guard axis >= -rank, axis < rank else {
        throw EngineError.invalidArgument("Invalid reduction dimension (\(axis) for input with \(rank) dimension(s)")
      }
      let index = axis < 0 ? axis + rank : axis
      guard !result.contains(index) else {
        throw EngineError.invalidArgument(
          "Invalid reduction arguments: Axes contains duplicate dimension: \(axis)")
      }
      result.append(index)
    }
    return result.sorted()
  }

  static let reductionShape: ShapeFunction = { context in
    let x = context.input(0)
    let keep = context.node.bool("keep_dims")
    guard let dimensions = x.dimensions else { return [.unknown] }
    guard let axes = try context.constantInts(1) else {
      return [keep ? .unknown(rank: dimensions.count) : .unknown]
    }
    var reduced = Set<Int>()
    for axis in axes { reduced.insert(try context.axis(axis, rank: dimensions.count)) }
    return [Shape(dimensions.enumerated().compactMap { reduced.contains($0) ? (keep ? .some(1) : nil) : .some($1) })]
  }
}

extension GradientContext {
  /// The gradient of a reduction, spread back over the input's shape.
  func expandedReductionGradient() throws -> Output {
    let shape = try graph.shapeVector(of: input(0))
    var dy = try gradient()
    if !node.bool("keep_dims") { dy = try restoreAxes(dy, shape) }
    return try graph.op("BroadcastTo", dy, shape)
  }

  /// A result of the reduction with its dropped axes put back as axes of size 1.
  private func restoreAxes(_ value: Output, _ shape: Output) throws -> Output {
    let (x, axes) = (input(0), input(1))
    guard let rank = x.shape.rank, let reduced = try constantValue(of: axes)?.integers() else {
      return try graph.reshape(value, try keptShape(shape, axes))
    }
    let normalized = Set(reduced.map { $0 < 0 ? $0 + rank : $0 })
    if let known = x.shape.known {
      let kept = known.enumerated().map { normalized.contains($0) ? 1 : Int32(truncatingIfNeeded: $1) }
      return try graph.reshape(value, try graph.constant(kept))
    }
    return try normalized.sorted().reduce(value) { partial, axis in
      try graph.op("ExpandDims", partial, try graph.constant(scalar: Int32(truncatingIfNeeded: axis)))
    }
  }

  /// The input's shape with ones for the reduced axes, computed in the graph.
  func keptShape(_ shape: Output, _ axes: Output) throws -> Output {
    let rank = try graph.op("Size", shape)
    let flat = try graph.reshape(try graph.cast(axes, .int32), try graph.constant([Int32(-1)]))
    let wrapped = try graph.op("FloorMod", flat, rank)
    let range = try graph.op(
      "Range", try graph.constant(scalar: Int32(0)), rank, try graph.constant(scalar: Int32(1)))
    let ones = try graph.op("OnesLike", wrapped)
    return try graph.op("DynamicStitch", arguments: [[range, wrapped], [shape, ones]])
  }
}

extension GradientContext {
  /// The gradient of `Max` and `Min`: equally to all elements that equal the result.
  func extremumGradient() throws -> Output {
    let (x, axes) = (input(0), input(1))
    var (y, dy) = (output(), try gradient())
    if !node.bool("keep_dims") {
      let shape = try graph.shapeVector(of: x)
      y = try restoreAxes(y, shape)
      dy = try restoreAxes(dy, shape)
    }
    let indicators = try graph.cast(try graph.op("Equal", y, x), dy.dtype)
    let count = try graph.op("Sum", indicators, axes, attributes: ["keep_dims": .bool(true)])
    return try graph.mul(try graph.div(indicators, count), dy)
  }
}
