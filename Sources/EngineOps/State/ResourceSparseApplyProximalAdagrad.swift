import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyProximalAdagrad` of the rows in `indices`, one after the other.
  static let resourceSparseApplyProximalAdagrad = optimizerUpdate(
    "ResourceSparseApplyProximalAdagrad",
    [.slot("accum"), .scalar("lr"), .scalar("l1"), .scalar("l2"), .gradient("grad"), .indices]
  ) { call in
    try call.apply(.proximalAdagrad(rate: call.scalars[0], l1: call.scalars[1], l2: call.scalars[2]))
  }
}
