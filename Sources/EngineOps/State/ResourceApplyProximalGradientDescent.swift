import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A gradient step followed by the proximal operator of `l1·|var| + l2·var²/2`.
  static let resourceApplyProximalGradientDescent = optimizerUpdate(
    "ResourceApplyProximalGradientDescent", [.scalar("alpha"), .scalar("l1"), .scalar("l2"), .gradient("delta")]
  ) { call in
    try call.apply(.proximalGradientDescent(rate: call.scalars[0], l1: call.scalars[1], l2: call.scalars[2]))
  }
}
