import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `accum = ρ·accum + (1 − ρ)grad²`, `update = grad·√(accum_update + ε)/√(accum + ε)`, `var −= lr·update`.
  static let resourceApplyAdadelta = optimizerUpdate(
    "ResourceApplyAdadelta",
    [.slot("accum"), .slot("accum_update"), .scalar("lr"), .scalar("rho"), .scalar("epsilon"), .gradient("grad")]
  ) { call in
    try Kernels.applyAdadelta(
      call.variable, call.slots[0], call.slots[1], rate: call.scalars[0], rho: call.scalars[1],
      epsilon: call.scalars[2], call.gradient)
  }
}
