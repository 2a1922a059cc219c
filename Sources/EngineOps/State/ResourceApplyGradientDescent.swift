import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `var −= alpha·delta`.
  static let resourceApplyGradientDescent = optimizerUpdate(
    "ResourceApplyGradientDescent", [.scalar("alpha"), .gradient("delta")]
  ) { call in
    try Kernels.applyGradientDescent(call.variable, rate: call.scalars[0], call.gradient)
  }
}
