import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients·sigmoid(x)`.
  static let softplusGrad = activationGrad("SoftplusGrad", .softplusGrad, types: .floating) { context, ddy in
    let graph = context.graph
    let sigmoid = try graph.op("Sigmoid", context.input(1))
    // σ′ = σ(1 − σ), which is what SigmoidGrad computes.
    return try graph.op("SigmoidGrad", sigmoid, try graph.op("Mul", ddy, context.input(0)))
  }
}
