import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Adam with the infinity norm: `v = max(β2·v, |grad|)`, `var −= lr/(1 − β1Power)·m/(v + ε)`.
  static let resourceApplyAdaMax = optimizerUpdate(
    "ResourceApplyAdaMax",
    [
      .slot("m"), .slot("v"), .scalar("beta1_power"), .scalar("lr"), .scalar("beta1"), .scalar("beta2"),
      .scalar("epsilon"), .gradient("grad"),
    ]
  ) { call in
    let scalars = call.scalars
    try call.apply(
      .adaMax(
        beta1Power: scalars[0], rate: scalars[1], beta1: scalars[2], beta2: scalars[3], epsilon: scalars[4]))
  }
}
