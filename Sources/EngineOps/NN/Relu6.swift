import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `min(max(x, 0), 6)`.
  static let relu6 = activation("Relu6", .relu6, types: .real, gradientOp: "Relu6Grad", fromOutput: true)
}
