import EngineGraph
import EngineKernels

extension OpDefinition {
  /// FTRL-Proximal.
  ///
  /// **Source**: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.
  static let resourceApplyFtrl = optimizerUpdate(
    "ResourceApplyFtrl",
    [
      .slot("accum"), .slot("linear"), .gradient("grad"), .scalar("lr"), .scalar("l1"), .scalar("l2"),
      .scalar("lr_power"),
    ], attributes: [.bool("multiply_linear_by_lr", false)]
  ) { call in
    let scalars = call.scalars
    try call.ftrl(rate: scalars[0], l1: scalars[1], l2: scalars[2], l2Shrinkage: 0, ratePower: scalars[3])
  }
}
