import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The sum of `out_backprop` over all axes but the channels'.
  static let biasAddGrad = OpDefinition(
    "BiasAddGrad", inputs: [.tensor("out_backprop", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", .numeric), .string("data_format", "NHWC", oneOf: ["NHWC", "NCHW"])],
    shape: { context in
      let dy = context.input(0)
      guard let rank = dy.rank else { return [.unknown(rank: 1)] }
      guard rank >= 2 else { throw EngineError.value("Shape must be at least rank 2 but is rank \(rank)") }
      return [[dy[context.node.string("data_format") == "NCHW" ? 1 : rank - 1]]]
    },
    gradient: .rule { context in
      // Spread back over the rows: adding to zeros broadcasts along the right axis.
      let zeros = try context.graph.op("ZerosLike", context.input(0))
      return [
        .dense(
          try context.graph.op(
            "BiasAdd", zeros, try context.gradient(),
            attributes: ["data_format": .string(context.node.string("data_format"))]))
      ]
    },
    sample: OpSample([.init([2, 3, 4], .uniform(-2, 2))])
  ) { context in
    let dy = context.inputs[0]
    guard dy.rank >= 2 else {
      throw EngineError.invalidArgument("Input tensor must be at least 2D: \(dy.shapeText)")
    }
    let axis = context.node.string("data_format") == "NCHW" ? 1 : dy.rank - 1
    let db = try context.newOutput(0, count: dy.shape[axis])
    try Kernels.biasAddGrad(dy, channelAxis: axis, into: db)
    context.setOutput(0, db)
  }
}
