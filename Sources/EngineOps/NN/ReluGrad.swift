import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients` where the features are positive.
  static let reluGrad = activationGrad("ReluGrad", .reluGrad, types: .real)
}
