import EngineGraph

extension OpDefinition {
  /// Batch normalisation of images over all axes but the channels'.
  ///
  /// While training: with the batch's own statistics, which also come out, the variance unbiased. Otherwise: with those
  /// given. **Source**: Ioffe and Szegedy, "Batch normalization", ICML 2015.
  static let fusedBatchNormV3 = fusedBatchNorm("FusedBatchNormV3", version: 3)
}
