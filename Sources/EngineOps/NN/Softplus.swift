import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `log(1 + eˣ)`.
  static let softplus = activation("Softplus", .softplus, types: .floating, gradientOp: "SoftplusGrad")
}
