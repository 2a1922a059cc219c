import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `ResourceApplyAdagradDA` of the rows in `indices`, one after the other.
  static let resourceSparseApplyAdagradDA = optimizerUpdate(
    "ResourceSparseApplyAdagradDA",
    [
      .slot("gradient_accumulator"), .slot("gradient_squared_accumulator"), .gradient("grad"), .indices, .scalar("lr"),
      .scalar("l1"), .scalar("l2"), .step,
    ]
  ) { call in
    let scalars = call.scalars
    try call.apply(.adagradDA(rate: scalars[0], l1: scalars[1], l2: scalars[2], step: scalars[3]))
  }
}
