import EngineGraph
import EngineKernels

extension OpDefinition {
  /// RMSProp with the variance of gradients, `ms − mg²`, in place of their mean square.
  static let resourceApplyCenteredRMSProp = optimizerUpdate(
    "ResourceApplyCenteredRMSProp",
    [
      .slot("mg"), .slot("ms"), .slot("mom"), .scalar("lr"), .scalar("rho"), .scalar("momentum"), .scalar("epsilon"),
      .gradient("grad"),
    ]
  ) { call in
    try Kernels.applyCenteredRMSProp(
      call.variable, call.slots[0], call.slots[1], call.slots[2], rate: call.scalars[0], rho: call.scalars[1],
      momentum: call.scalars[2], epsilon: call.scalars[3], call.gradient)
  }
}
