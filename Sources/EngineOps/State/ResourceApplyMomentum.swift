import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `accum = momentum·accum + grad`, `var −= lr·accum`; Nesterov: `var −= lr·grad + lr·momentum·accum`.
  static let resourceApplyMomentum = optimizerUpdate(
    "ResourceApplyMomentum", [.slot("accum"), .scalar("lr"), .gradient("grad"), .scalar("momentum")],
    attributes: [.bool("use_nesterov", false)]
  ) { call in
    try Kernels.applyMomentum(
      call.variable, call.slots[0], rate: call.scalars[0], call.gradient, momentum: call.scalars[1],
      nesterov: call.node.bool("use_nesterov"))
  }
}
