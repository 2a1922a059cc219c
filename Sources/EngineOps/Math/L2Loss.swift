import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `½·Σt²`.
  static let l2Loss = OpDefinition(
    "L2Loss", inputs: [.tensor("t", "T")], outputs: [.tensor("output", "T")], attributes: [.type("T", .floating)],
    shape: ShapeContext.scalar,
    gradient: .rule { [.dense(try $0.graph.mul($0.input(0), try $0.gradient()))] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { context in
    let y = try Tensor(uninitialized: context.inputs[0].dtype, shape: [])
    try Kernels.l2Loss(context.inputs[0], into: y)
    context.setOutput(0, y)
  }
}
