import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `gradients` where the features lie between 0 and 6.
  static let relu6Grad = activationGrad("Relu6Grad", .relu6Grad, types: .real)
}
