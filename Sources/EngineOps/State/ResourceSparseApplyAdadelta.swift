import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyAdadelta` of the rows in `indices`, one after the other.
  static let resourceSparseApplyAdadelta = optimizerUpdate(
    "ResourceSparseApplyAdadelta",
    [
      .slot("accum"), .slot("accum_update"), .scalar("lr"), .scalar("rho"), .scalar("epsilon"), .gradient("grad"),
      .indices,
    ]
  ) { call in
    try call.apply(.adadelta(rate: call.scalars[0], rho: call.scalars[1], epsilon: call.scalars[2]))
  }
}
