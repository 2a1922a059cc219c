import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `accum = momentum·accum − lr·grad`, `var += accum`; Nesterov: `var += momentum·accum − lr·grad`.
  static let resourceApplyKerasMomentum = optimizerUpdate(
    "ResourceApplyKerasMomentum", [.slot("accum"), .scalar("lr"), .gradient("grad"), .scalar("momentum")],
    attributes: [.bool("use_nesterov", false)]
  ) { call in
    try call.apply(
      .kerasMomentum(
        rate: call.scalars[0], momentum: call.scalars[1], nesterov: call.node.bool("use_nesterov")))
  }
}
