import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyKerasMomentum` of the rows in `indices`, one after the other.
  static let resourceSparseApplyKerasMomentum = optimizerUpdate(
    "ResourceSparseApplyKerasMomentum",
    [.slot("accum"), .scalar("lr"), .gradient("grad"), .indices, .scalar("momentum")],
    attributes: [.bool("use_nesterov", false)]
  ) { call in
    try call.apply(
      .kerasMomentum(
        rate: call.scalars[0], momentum: call.scalars[1], nesterov: call.node.bool("use_nesterov")))
  }
}
