import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `max(x, 0)`.
  static let relu = activation("Relu", .relu, types: .real, gradientOp: "ReluGrad", fromOutput: true)
}
