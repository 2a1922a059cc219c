import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients` where x > 0, `alpha·gradients` elsewhere.
  static let leakyReluGrad = OpDefinition(
    "LeakyReluGrad", inputs: [.tensor("gradients", "T"), .tensor("features", "T")],
    outputs: [.tensor("backprops", "T")],
    attributes: [.float("alpha", 0.2), .type("T", .floating, default: .float32)], shape: mergedShape,
    gradient: .rule { context in
      [
        .dense(
          try context.graph.op(
            "LeakyReluGrad", try context.gradient(), context.input(1),
            attributes: ["alpha": .float(context.node.float("alpha"))])), nil,
      ]
    },
    sample: OpSample([.init([2, 5], .uniform(-3, 3)), .init([2, 5], .uniform(-3, 3))])
  ) { context in
    try requireSameShape(context, "LeakyReluGrad")
    let dx = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
    try Kernels.leakyReluGrad(context.inputs[0], context.inputs[1], alpha: context.node.float("alpha"), into: dx)
    context.setOutput(0, dx)
  }
}
