import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `x` where positive, `eˣ − 1` elsewhere.
  static let elu = activation("Elu", .elu, types: .floating, gradientOp: "EluGrad", fromOutput: true)
}
