import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  private static let averageAttributes: [AttributeDefinition] = [
    .ints("ksize"), .ints("strides"), .string("padding", oneOf: ["SAME", "VALID"]),
    .string("data_format", "NHWC", oneOf: ["NHWC", "NCHW"]), .type("T", .floating),
  ]

  /// The mean of that part of each window that lies inside the input.
  static let avgPool = OpDefinition(
    "AvgPool", inputs: [.tensor("value", "T")], outputs: [.tensor("output", "T")], attributes: averageAttributes,
    shape: poolShape,
    gradient: .rule { context in
      [
        .dense(
          try context.graph.op(
            "AvgPoolGrad", try context.graph.op("Shape", context.input(0)), try context.gradient(),
            attributes: context.attributes(["ksize", "strides", "padding", "data_format"])))
      ]
    },
    sample: OpSample([.init([2, 5, 4, 3], .uniform(-2, 2))], attributes: poolSampleAttributes)
  ) { context in
    try requireImages(context.inputs[0], "tensor_in")
    let window = try WindowAttributes(context.node)
    let x = try window.channelsLast(context.inputs[0])
    let geometry = try window.poolGeometry(context.node, x.shape)
    let y = try Tensor(
      uninitialized: x.dtype, shape: [x.shape[0], geometry.outputHeight, geometry.outputWidth, x.shape[3]])
    if y.elementCount > 0 { try Kernels.averagePool(x, geometry, into: y) }
    context.setOutput(0, try window.restored(y))
  }

  /// Spreads each window's gradient evenly over the elements that it averaged.
  static let avgPoolGrad = OpDefinition(
    "AvgPoolGrad", inputs: [.tensor("orig_input_shape", .int32), .tensor("grad", "T")],
    outputs: [.tensor("output", "T")], attributes: averageAttributes,
    shape: { context in
      let shape = try context.shape(fromInput: 0)
      try shape.requireRank(4)
      return [shape.rank == nil ? .unknown(rank: 4) : shape]
    },
    gradient: .rule { context in
      [
        nil,
        .dense(
          try context.graph.op(
            "AvgPool", try context.gradient(),
            attributes: context.attributes(["ksize", "strides", "padding", "data_format"]))),
      ]
    },
    sample: OpSample(
      [.init([4], .fixed([2, 5, 4, 3]), dtype: .int32, isConstant: true), .init([2, 3, 4, 3], .uniform(-2, 2))],
      attributes: poolSampleAttributes)
  ) { context in
    let sizes = try context.integers(0)
    guard sizes.count == 4, sizes.allSatisfy({ $0 >= 0 }) else {
      throw EngineError.invalidArgument("orig_input_shape must be 4 non-negative integers, got \(sizes)")
    }
    try requireImages(context.inputs[1], "grad")
    let window = try WindowAttributes(context.node)
    let shape = window.channelsLast(sizes)
    let dy = try window.channelsLast(context.inputs[1])
    let geometry = try window.poolGeometry(context.node, shape)
    guard dy.shape == [shape[0], geometry.outputHeight, geometry.outputWidth, shape[3]] else {
      throw EngineError.invalidArgument(
        "the shape of grad, \(dy.shapeText), does not fit an input of shape \(Shape(known: shape).bracketed)")
    }
    let dx = try Tensor(uninitialized: dy.dtype, shape: shape)
    if dy.elementCount > 0 {
      try Kernels.averagePoolGrad(dy, geometry, into: dx)
    } else {
      try Kernels.fill(dx, with: try Tensor(scalar: 0, dtype: dx.dtype))
    }
    context.setOutput(0, try window.restored(dx))
  }
}
