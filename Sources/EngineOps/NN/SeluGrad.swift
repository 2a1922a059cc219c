import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients·(y + scale·alpha)` where the output y is negative, `gradients·scale` elsewhere.
  static let seluGrad = activationGrad(
    "SeluGrad", .seluGrad, types: .floating, secondArgument: "outputs"
  ) { context, ddy in
    try context.whereNegative(context.input(1), try context.graph.op("Mul", ddy, context.input(0)))
  }
}
