import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Python's slicing: `x[begin:end:stride, ...]` with ellipsis, new axes and single indices.
  static let stridedSlice = OpDefinition(
    "StridedSlice",
    inputs: [.tensor("input", "T"), .tensor("begin", "Index"), .tensor("end", "Index"), .tensor("strides", "Index")],
    outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Index", Set<DType>.index.union([.int16]))] + stridedSliceMasks,
    shape: { context in
      guard let dimensions = context.input(0).dimensions, let strides = try context.constantInts(3),
        let begins = try context.partialInts(1), let ends = try context.partialInts(2)
      else { return [.unknown] }
      let arguments = StridedSliceSpec.Arguments(context.node, begins: begins, ends: ends, strides: strides)
      return [Shape(try StridedSliceSpec(arguments, dimensions: dimensions).shape)]
    },
    gradient: .rule { context in
      let (graph, dy, begin) = (context.graph, try context.gradient(), context.input(1))
      let shape = try graph.shapeVector(of: context.input(0), begin.dtype == .int64 ? .int64 : .int32)
      func index(_ input: Output) throws -> Output { try graph.cast(input, shape.dtype) }
      let dx = try graph.op(
        "StridedSliceGrad", shape, try index(begin), try index(context.input(2)), try index(context.input(3)), dy,
        attributes: stridedSliceMaskValues(context.node))
      try dx.setShape(context.input(0).shape)
      return [.dense(dx), nil, nil, nil]
    },
    sample: OpSample(
      [
        .init([3, 4, 2], .uniform(-2, 2)), .init([3], .fixed([2, 0, 1]), dtype: .int32, isConstant: true),
        .init([3], .fixed([0, 4, 2]), dtype: .int32, isConstant: true),
        .init([3], .fixed([-1, 2, 1]), dtype: .int32, isConstant: true),
      ], attributes: ["shrink_axis_mask": .int(4), "end_mask": .int(1)])
  ) { context in
    let x = context.inputs[0]
    let arguments = StridedSliceSpec.Arguments(
      context.node, begins: try context.integers(1), ends: try context.integers(2), strides: try context.integers(3))
    let spec = try StridedSliceSpec(arguments, dimensions: x.shape)
    let shape = spec.shape.map { $0 ?? 0 }
    if spec.strides.allSatisfy({ $0 == 1 }), spec.counts.elementsEqual(x.shape) {
      context.setOutput(0, try context.takeInput(0).reshaped(shape))
      return
    }
    let y = try Tensor(uninitialized: x.dtype, shape: shape)
    try Kernels.copy(x, into: y, spec.walk(x.shape))
    context.setOutput(0, y)
  }

  static let stridedSliceMasks: [AttributeDefinition] = [
    .int("begin_mask", 0), .int("end_mask", 0), .int("ellipsis_mask", 0), .int("new_axis_mask", 0),
    .int("shrink_axis_mask", 0),
  ]

  /// The masks of a slicing node, for another one.
  static func stridedSliceMaskValues(_ node: Node) -> [String: AttributeValue] {
    Dictionary(uniqueKeysWithValues: stridedSliceMasks.map { ($0.name, .int(node.int($0.name))) })
  }
}
