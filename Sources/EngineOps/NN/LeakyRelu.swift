import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `max(x, alpha·x)`.
  static let leakyRelu = OpDefinition(
    "LeakyRelu", inputs: [.tensor("features", "T")], outputs: [.tensor("activations", "T")],
    attributes: [.float("alpha", 0.2), .type("T", .floating, default: .float32)], shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      [
        .dense(
          try context.graph.op(
            "LeakyReluGrad", try context.gradient(), context.input(0),
            attributes: ["alpha": .float(context.node.float("alpha"))]))
      ]
    },
    sample: OpSample([.init([2, 5], .uniform(-3, 3))], attributes: ["alpha": .float(0.1)])
  ) { context in
    let y = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
    let alpha = context.node.float("alpha")
    if alpha <= 1 {
      try Kernels.leakyRelu(context.inputs[0], alpha: alpha, into: y)
    } else {
      // Above 1 the maximum is no longer "x where x > 0": f(x) = dx with dy = x.
      try Kernels.leakyReluGrad(context.inputs[0], context.inputs[0], alpha: alpha, into: y)
    }
    context.setOutput(0, y)
  }
}
