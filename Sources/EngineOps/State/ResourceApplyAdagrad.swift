import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `accum += grad²`, `var −= lr·grad/√accum`.
  static let resourceApplyAdagrad = optimizerUpdate(
    "ResourceApplyAdagrad", [.slot("accum"), .scalar("lr"), .gradient("grad")],
    attributes: [.bool("update_slots", true)]
  ) { call in
    try Kernels.applyAdagrad(
      call.variable, call.slots[0], rate: call.scalars[0], epsilon: nil, call.gradient,
      updateSlots: call.node.bool("update_slots"))
  }
}
