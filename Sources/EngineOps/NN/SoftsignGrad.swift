import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients/(1 + |x|)²`.
  static let softsignGrad = activationGrad("SoftsignGrad", .softsignGrad, types: .floating) { context, ddy in
    let graph = context.graph
    let x = context.input(1)
    // d/dx (1 + |x|)⁻² = −2·sign(x)·(1 + |x|)⁻³
    let one = try graph.scalar(1, like: x)
    let base = try graph.op("AddV2", try graph.op("Abs", x), one)
    let slope = try graph.op(
      "RealDiv", try graph.op("Sign", x), try graph.op("Mul", base, try graph.op("Mul", base, base)))
    let product = try graph.op("Mul", ddy, context.input(0))
    return try graph.op("Mul", try graph.op("Mul", product, slope), try graph.scalar(-2, like: x))
  }
}
