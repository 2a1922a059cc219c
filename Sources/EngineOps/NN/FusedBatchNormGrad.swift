import EngineGraph

extension OpDefinition {
  /// The gradient of `FusedBatchNorm`.
  static let fusedBatchNormGrad = fusedBatchNormGrad("FusedBatchNormGrad", version: 1)
}
