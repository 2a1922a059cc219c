import EngineGraph
import EngineKernels

extension OpDefinition {
  /// An Adagrad step followed by the proximal operator of `l1·|var| + l2·var²/2`.
  static let resourceApplyProximalAdagrad = optimizerUpdate(
    "ResourceApplyProximalAdagrad", [.slot("accum"), .scalar("lr"), .scalar("l1"), .scalar("l2"), .gradient("grad")]
  ) { call in
    try call.apply(.proximalAdagrad(rate: call.scalars[0], l1: call.scalars[1], l2: call.scalars[2]))
  }
}
