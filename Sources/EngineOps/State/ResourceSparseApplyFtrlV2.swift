import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyFtrlV2` of the rows in `indices`, one after the other.
  static let resourceSparseApplyFtrlV2 = optimizerUpdate(
    "ResourceSparseApplyFtrlV2",
    [
      .slot("accum"), .slot("linear"), .gradient("grad"), .indices, .scalar("lr"), .scalar("l1"), .scalar("l2"),
      .scalar("l2_shrinkage"), .scalar("lr_power"),
    ], attributes: [.bool("multiply_linear_by_lr", false)]
  ) { call in
    let scalars = call.scalars
    try call.ftrl(rate: scalars[0], l1: scalars[1], l2: scalars[2], l2Shrinkage: scalars[3], ratePower: scalars[4])
  }
}
