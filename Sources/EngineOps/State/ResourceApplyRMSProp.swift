import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ms += (grad² − ms)(1 − ρ)`, `mom = momentum·mom + lr·grad/√(ms + ε)`, `var −= mom`.
  static let resourceApplyRMSProp = optimizerUpdate(
    "ResourceApplyRMSProp",
    [
      .slot("ms"), .slot("mom"), .scalar("lr"), .scalar("rho"), .scalar("momentum"), .scalar("epsilon"),
      .gradient("grad"),
    ]
  ) { call in
    try Kernels.applyRMSProp(
      call.variable, call.slots[0], call.slots[1], rate: call.scalars[0], rho: call.scalars[1],
      momentum: call.scalars[2], epsilon: call.scalars[3], call.gradient)
  }
}
