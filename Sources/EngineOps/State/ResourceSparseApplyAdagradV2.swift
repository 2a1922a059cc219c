import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyAdagradV2` of the rows in `indices`, one after the other.
  static let resourceSparseApplyAdagradV2 = optimizerUpdate(
    "ResourceSparseApplyAdagradV2", [.slot("accum"), .scalar("lr"), .scalar("epsilon"), .gradient("grad"), .indices],
    attributes: [.bool("update_slots", true)]
  ) { call in
    try call.apply(
      .adagrad(
        rate: call.scalars[0], epsilon: call.scalars[1], updateSlots: call.node.bool("update_slots")))
  }
}
