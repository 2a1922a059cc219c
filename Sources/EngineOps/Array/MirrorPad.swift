import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Each axis continued by its mirror image: with the border element repeated (`SYMMETRIC`) or not (`REFLECT`).
  static let mirrorPad = OpDefinition(
    "MirrorPad", inputs: [.tensor("input", "T"), .tensor("paddings", "Tpaddings")], outputs: [.tensor("output", "T")],
    attributes: [
      .type("T"), .type("Tpaddings", .index, default: .int32), .string("mode", oneOf: ["REFLECT", "SYMMETRIC"]),
    ], shape: { try paddedShape($0) },
    gradient: .rule { context in
      let dx = try context.graph.op(
        "MirrorPadGrad", try context.gradient(), context.input(1),
        attributes: ["mode": .string(context.node.string("mode"))])
      return [.dense(dx), nil]
    },
    sample: OpSample(
      [.init([3, 4], .uniform(-2, 2)), .init([2, 2], .fixed([1, 2, 0, 3]), dtype: .int32, isConstant: true)],
      attributes: ["mode": .string("REFLECT")])
  ) { context in
    let x = context.inputs[0]
    let tables = try mirrorTables(
      x.shape, try paddings(context, rank: x.rank), symmetric: context.node.string("mode") == "SYMMETRIC")
    let y = try Tensor(uninitialized: x.dtype, shape: tables.map(\.count))
    try Kernels.pick(x, tables, into: y)
    context.setOutput(0, y)
  }
}
