import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Adam: `m += (grad − m)(1 − β1)`, `v += (grad² − v)(1 − β2)`,
  /// `var −= lr·√(1 − β2Power)/(1 − β1Power)·m/(√v + ε)`.
  ///
  /// **Source**: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
  static let resourceApplyAdam = optimizerUpdate(
    "ResourceApplyAdam",
    [
      .slot("m"), .slot("v"), .scalar("beta1_power"), .scalar("beta2_power"), .scalar("lr"), .scalar("beta1"),
      .scalar("beta2"), .scalar("epsilon"), .gradient("grad"),
    ], attributes: [.bool("use_nesterov", false)]
  ) { call in
    let scalars = call.scalars
    try Kernels.applyAdam(
      call.variable, call.slots[0], call.slots[1], beta1Power: scalars[0], beta2Power: scalars[1], rate: scalars[2],
      beta1: scalars[3], beta2: scalars[4], epsilon: scalars[5], call.gradient,
      nesterov: call.node.bool("use_nesterov"))
  }
}
