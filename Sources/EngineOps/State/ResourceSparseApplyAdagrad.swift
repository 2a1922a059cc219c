import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyAdagrad` of the rows in `indices`, one after the other.
  static let resourceSparseApplyAdagrad = optimizerUpdate(
    "ResourceSparseApplyAdagrad", [.slot("accum"), .scalar("lr"), .gradient("grad"), .indices],
    attributes: [.bool("update_slots", true)]
  ) { call in
    try call.apply(
      .adagrad(rate: call.scalars[0], epsilon: nil, updateSlots: call.node.bool("update_slots")))
  }
}
