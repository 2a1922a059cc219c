import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Adagrad with dual averaging: the variable is computed anew from the sums of gradients and of their squares.
  static let resourceApplyAdagradDA = optimizerUpdate(
    "ResourceApplyAdagradDA",
    [
      .slot("gradient_accumulator"), .slot("gradient_squared_accumulator"), .gradient("grad"), .scalar("lr"),
      .scalar("l1"), .scalar("l2"), .step,
    ]
  ) { call in
    let scalars = call.scalars
    try call.apply(.adagradDA(rate: scalars[0], l1: scalars[1], l2: scalars[2], step: scalars[3]))
  }
}
