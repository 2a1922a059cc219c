import EngineGraph
import EngineKernels

extension OpDefinition {
  /// FTRL-Proximal with L2 shrinkage, which acts on the gradient but not on its square.
  ///
  /// **Source**: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.
  static let resourceApplyFtrlV2 = optimizerUpdate(
    "ResourceApplyFtrlV2",
    [
      .slot("accum"), .slot("linear"), .gradient("grad"), .scalar("lr"), .scalar("l1"), .scalar("l2"),
      .scalar("l2_shrinkage"), .scalar("lr_power"),
    ], attributes: [.bool("multiply_linear_by_lr", false)]
  ) { call in
    let scalars = call.scalars
    try call.ftrl(rate: scalars[0], l1: scalars[1], l2: scalars[2], l2Shrinkage: scalars[3], ratePower: scalars[4])
  }
}
