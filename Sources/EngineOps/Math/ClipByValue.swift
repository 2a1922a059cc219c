import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `min(max(t, clip_value_min), clip_value_max)`; the bounds have t's shape or are scalars.
  static let clipByValue = OpDefinition(
    "ClipByValue", inputs: [.tensor("t", "T"), .tensor("clip_value_min", "T"), .tensor("clip_value_max", "T")],
    outputs: [.tensor("output", "T")], attributes: [.type("T", .numeric)], broadcasts: true,
    shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      let (x, low, high) = (context.input(0), context.input(1), context.input(2))
      let zeros = try graph.op("ZerosLike", dy)
      let isLow = try graph.op("Less", x, low)
      let isHigh = try graph.op("Greater", x, high)
      let isOutside = try graph.op("LogicalOr", isLow, isHigh)
      return [
        .dense(try graph.op("SelectV2", isOutside, zeros, dy)), .dense(try graph.op("SelectV2", isLow, dy, zeros)),
        .dense(try graph.op("SelectV2", isHigh, dy, zeros)),
      ]
    },
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([], .fixed([-1])), .init([], .fixed([1]))])
  ) { context in
    let x = context.inputs[0]
    for bound in context.inputs.dropFirst() where bound.rank != 0 && bound.shape != x.shape {
      throw EngineError.invalidArgument(
        "clip_value_min and clip_value_max must be either of the same shape as input, or a scalar. input shape: "
          + "\(x.bracketedShape), bound's shape: \(bound.bracketedShape)")
    }
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.binary(.maximum, x, context.inputs[1], into: y)
    try Kernels.binary(.minimum, y, context.inputs[2], into: y)
    context.setOutput(0, y)
  }
}
