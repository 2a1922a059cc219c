import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `x/(1 + |x|)`.
  static let softsign = activation("Softsign", .softsign, types: .floating, gradientOp: "SoftsignGrad")
}
