import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `accum += grad²`, `var −= lr·grad/(√accum + epsilon)`.
  static let resourceApplyAdagradV2 = optimizerUpdate(
    "ResourceApplyAdagradV2", [.slot("accum"), .scalar("lr"), .scalar("epsilon"), .gradient("grad")],
    attributes: [.bool("update_slots", true)]
  ) { call in
    try Kernels.applyAdagrad(
      call.variable, call.slots[0], rate: call.scalars[0], epsilon: call.scalars[1], call.gradient,
      updateSlots: call.node.bool("update_slots"))
  }
}
