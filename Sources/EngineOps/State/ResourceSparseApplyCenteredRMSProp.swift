import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyCenteredRMSProp` of the rows in `indices`, one after the other.
  static let resourceSparseApplyCenteredRMSProp = optimizerUpdate(
    "ResourceSparseApplyCenteredRMSProp",
    [
      .slot("mg"), .slot("ms"), .slot("mom"), .scalar("lr"), .scalar("rho"), .scalar("momentum"), .scalar("epsilon"),
      .gradient("grad"), .indices,
    ]
  ) { call in
    let scalars = call.scalars
    try call.apply(
      .centeredRMSProp(rate: scalars[0], rho: scalars[1], momentum: scalars[2], epsilon: scalars[3]))
  }
}
