import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyFtrl` of the rows in `indices`, one after the other.
  static let resourceSparseApplyFtrl = optimizerUpdate(
    "ResourceSparseApplyFtrl",
    [
      .slot("accum"), .slot("linear"), .gradient("grad"), .indices, .scalar("lr"), .scalar("l1"), .scalar("l2"),
      .scalar("lr_power"),
    ], attributes: [.bool("multiply_linear_by_lr", false)]
  ) { call in
    let scalars = call.scalars
    try call.ftrl(rate: scalars[0], l1: scalars[1], l2: scalars[2], l2Shrinkage: 0, ratePower: scalars[3])
  }
}
