import EngineGraph

extension OpDefinition {
  /// The gradient of `FusedBatchNormV3`.
  static let fusedBatchNormGradV3 = fusedBatchNormGrad("FusedBatchNormGradV3", version: 3)
}
