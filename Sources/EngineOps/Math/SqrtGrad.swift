import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = ½·dy/y`: the gradient of `Sqrt`.
  static let sqrtGrad = gradientOp("SqrtGrad", .sqrtGrad) {
    graph, y, _, z, dz in
    let quotient = try graph.div(dz, y)
    return (
      try graph.neg(try graph.mul(quotient, z)), try graph.mul(try graph.scalar(0.5, like: y), quotient)
    )
  }
}
