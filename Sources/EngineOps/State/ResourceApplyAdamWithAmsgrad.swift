import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Adam that divides by the largest second moment so far, `vhat`.
  static let resourceApplyAdamWithAmsgrad = optimizerUpdate(
    "ResourceApplyAdamWithAmsgrad",
    [
      .slot("m"), .slot("v"), .slot("vhat"), .scalar("beta1_power"), .scalar("beta2_power"), .scalar("lr"),
      .scalar("beta1"), .scalar("beta2"), .scalar("epsilon"), .gradient("grad"),
    ]
  ) { call in
    let scalars = call.scalars
    try call.apply(
      .amsgrad(
        beta1Power: scalars[0], beta2Power: scalars[1], rate: scalars[2], beta1: scalars[3], beta2: scalars[4],
        epsilon: scalars[5]))
  }
}
