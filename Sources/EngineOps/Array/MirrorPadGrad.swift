import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The gradient of `MirrorPad`: mirrored parts added to what they show.
  static let mirrorPadGrad = OpDefinition(
    "MirrorPadGrad", inputs: [.tensor("input", "T"), .tensor("paddings", "Tpaddings")],
    outputs: [.tensor("output", "T")],
    attributes: [
      .type("T"), .type("Tpaddings", .index, default: .int32), .string("mode", oneOf: ["REFLECT", "SYMMETRIC"]),
    ], shape: { try paddedShape($0, sign: -1) },
    gradient: .rule { context in
      let ddy = try context.graph.op(
        "MirrorPad", try context.gradient(), context.input(1),
        attributes: ["mode": .string(context.node.string("mode"))])
      return [.dense(ddy), nil]
    },
    sample: OpSample(
      [.init([6, 7], .uniform(-2, 2)), .init([2, 2], .fixed([1, 2, 0, 3]), dtype: .int32, isConstant: true)],
      attributes: ["mode": .string("SYMMETRIC")])
  ) { context in
    let dy = context.inputs[0]
    let paddings = try paddings(context, rank: dy.rank)
    let shape = zip(dy.shape, paddings).map { $0 - $1.before - $1.after }
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw EngineError.invalidArgument("paddings \(paddings) are larger than the shape \(dy.bracketedShape)")
    }
    let tables = try mirrorTables(shape, paddings, symmetric: context.node.string("mode") == "SYMMETRIC")
    let dx = try Tensor(zeros: dy.dtype, shape: shape)
    try Kernels.addPicked(dy, tables, into: dx)
    context.setOutput(0, dx)
  }
}
