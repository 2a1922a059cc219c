import EngineGraph

extension OpDefinition {
  /// The gradient of `FusedBatchNormV2`.
  static let fusedBatchNormGradV2 = fusedBatchNormGrad("FusedBatchNormGradV2", version: 2)
}
