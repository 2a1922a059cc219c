import EngineCore
import EngineGraph

extension OpDefinition {
  /// Means of picked rows with the same segment number.
  static let sparseSegmentMean = sparseSegment(
    "SparseSegmentMean", .mean, types: .floating, countIsGiven: false, gradientOp: "SparseSegmentMeanGrad")
}
