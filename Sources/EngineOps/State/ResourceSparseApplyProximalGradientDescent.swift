import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyProximalGradientDescent` of the rows in `indices`, one after the other.
  static let resourceSparseApplyProximalGradientDescent = optimizerUpdate(
    "ResourceSparseApplyProximalGradientDescent",
    [.scalar("alpha"), .scalar("l1"), .scalar("l2"), .gradient("grad"), .indices]
  ) { call in
    try call.apply(.proximalGradientDescent(rate: call.scalars[0], l1: call.scalars[1], l2: call.scalars[2]))
  }
}
