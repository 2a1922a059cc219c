import EngineCore
import EngineGraph

extension OpDefinition {
  /// Sums of picked rows with the same segment number.
  static let sparseSegmentSum = sparseSegment(
    "SparseSegmentSum", .sum, types: .real, countIsGiven: false, gradientOp: "SparseSegmentSumGrad")
}
