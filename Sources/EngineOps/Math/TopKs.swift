import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The shapes of the k largest elements along the last axis and of their positions.
  static func topKShapes(_ x: Shape, k: Int?) throws -> [Shape] {
    guard var dimensions = x.dimensions else { return [.unknown, .unknown] }
    guard let last = dimensions.popLast() else {
      throw EngineError.value("Shape must be at least rank 1 but is rank 0")
    }
    if let k {
      guard k >= 0 else { throw EngineError.value("Need k >= 0, got \(k)") }
      if let last, last < k { throw EngineError.value("input must have last dimension >= k = \(k) but is \(last)") }
    }
    let shape = Shape(dimensions + [k])
    return [shape, shape]
  }

  static func runTopK(_ context: KernelContext, k: Int) throws {
    let x = context.inputs[0]
    guard k >= 0 else { throw EngineError.invalidArgument("Need k >= 0, got \(k)") }
    guard let last = x.shape.last else { throw EngineError.invalidArgument("input must be >= 1-D, got shape []") }
    guard last >= k else {
      throw EngineError.invalidArgument("input must have at least k columns. Had \(last), needed \(k)")
    }
    let shape = Array(x.shape.dropLast()) + [k]
    let values = try Tensor(uninitialized: x.dtype, shape: shape)
    let rows = x.shape.dropLast().reduce(1, &*)
    let positions = try Kernels.topK(x, rows: rows, k: k, values: values)
    context.setOutput(0, values)
    let type = context.node.outputTypes[1]
    if type == .int16 {
      context.setOutput(1, try Tensor(positions.map { Int16(truncatingIfNeeded: $0) }, shape: shape))
    } else {
      context.setOutput(1, try shapeVector(positions, type).reshaped(shape))
    }
  }

  /// Each chosen element's gradient back at its place.
  static func topKGradient(_ context: GradientContext) throws -> Gradient {
    let (graph, x, dy) = (context.graph, context.input(0), try context.gradient())
    let minusOne = try graph.constant([Int32(-1)])
    let (zero, one) = (try graph.constant(scalar: Int32(0)), try graph.constant(scalar: Int32(1)))
    let shape = try graph.shapeVector(of: x)
    let last = try graph.op(
      "StridedSlice", shape, minusOne, try graph.constant([Int32(0)]), try graph.constant([Int32(1)]),
      attributes: ["shrink_axis_mask": .int(1)])
    let positions = try graph.cast(context.output(1), .int32)
    let k = try graph.op(
      "StridedSlice", try graph.shapeVector(of: positions), minusOne, try graph.constant([Int32(0)]),
      try graph.constant([Int32(1)]), attributes: ["shrink_axis_mask": .int(1)])
    let size = try graph.op("Size", x)
    let rows = try graph.op("FloorDiv", size, try graph.op("Maximum", last, one))
    let offsets = try graph.op("ExpandDims", try graph.mul(try graph.op("Range", zero, rows, one), last), one)
    let flat = try graph.add(
      try graph.reshape(positions, try graph.op("Pack", arguments: [[rows, k]])), offsets)
    let sums = try graph.op(
      "UnsortedSegmentSum", try graph.reshape(dy, minusOne), try graph.reshape(flat, minusOne), size)
    let dx = try graph.reshape(sums, shape)
    try dx.setShape(x.shape)
    return .dense(dx)
  }
}
