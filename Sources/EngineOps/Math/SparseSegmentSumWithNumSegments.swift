import EngineCore
import EngineGraph

extension OpDefinition {
  /// As `SparseSegmentSum`, with the number of segments given.
  static let sparseSegmentSumWithNumSegments = sparseSegment(
    "SparseSegmentSumWithNumSegments", .sum, types: .real, countIsGiven: true, gradientOp: "SparseSegmentSumGrad")
}
