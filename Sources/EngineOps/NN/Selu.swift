import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Scaled `Elu` that keeps mean and variance.
  ///
  /// **Source**: Klambauer et al., "Self-normalizing neural networks", NIPS 2017.
  static let selu = activation("Selu", .selu, types: .floating, gradientOp: "SeluGrad", fromOutput: true)
}
