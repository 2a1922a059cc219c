import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients·(y + 1)` where the output y is negative, `gradients` elsewhere.
  static let eluGrad = activationGrad(
    "EluGrad", .eluGrad, types: .floating, secondArgument: "outputs"
  ) { context, ddy in
    try context.whereNegative(context.input(1), try context.graph.op("Mul", ddy, context.input(0)))
  }
}
