import EngineCore
import EngineGraph

extension OpDefinition {
  /// The gradient of `SparseSegmentMean`.
  static let sparseSegmentMeanGrad = sparseSegmentGrad("SparseSegmentMeanGrad", .mean)
}
