import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The gradient of `StridedSlice`: zeros of the sliced tensor's shape with dy where the slice was.
  static let stridedSliceGrad = OpDefinition(
    "StridedSliceGrad",
    inputs: [
      .tensor("shape", "Index"), .tensor("begin", "Index"), .tensor("end", "Index"), .tensor("strides", "Index"),
      .tensor("dy", "T"),
    ],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), .type("Index", .index)] + stridedSliceMasks,
    shape: { [try $0.shape(fromInput: 0)] },
    gradient: .rule { context in
      let ddx = try context.graph.op(
        "StridedSlice", try context.gradient(), context.input(1), context.input(2), context.input(3),
        attributes: stridedSliceMaskValues(context.node))
      return [nil, nil, nil, nil, .dense(ddx)]
    }
  ) { context in
    let (shape, dy) = (try context.integers(0), context.inputs[4])
    let arguments = StridedSliceSpec.Arguments(
      context.node, begins: try context.integers(1), ends: try context.integers(2), strides: try context.integers(3))
    let spec = try StridedSliceSpec(arguments, dimensions: shape)
    guard spec.shape.elementsEqual(dy.shape) else {
      throw EngineError.invalidArgument(
        "shape of dy was \(dy.bracketedShape) instead of \(Shape(spec.shape).bracketed)")
    }
    let dx = try Tensor(zeros: dy.dtype, shape: shape)
    var walk = spec.walk(shape)
    swap(&walk.sourceStrides, &walk.destinationStrides)
    swap(&walk.sourceOffset, &walk.destinationOffset)
    try Kernels.copy(dy, into: dx, walk)
    context.setOutput(0, dx)
  }
}
