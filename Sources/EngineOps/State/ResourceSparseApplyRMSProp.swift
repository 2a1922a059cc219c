import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyRMSProp` of the rows in `indices`, one after the other.
  static let resourceSparseApplyRMSProp = optimizerUpdate(
    "ResourceSparseApplyRMSProp",
    [
      .slot("ms"), .slot("mom"), .scalar("lr"), .scalar("rho"), .scalar("momentum"), .scalar("epsilon"),
      .gradient("grad"), .indices,
    ]
  ) { call in
    let scalars = call.scalars
    try call.apply(.rmsProp(rate: scalars[0], rho: scalars[1], momentum: scalars[2], epsilon: scalars[3]))
  }
}
