import EngineCore
import EngineGraph

extension OpDefinition {
  /// As `SparseSegmentMean`, with the number of segments given.
  static let sparseSegmentMeanWithNumSegments = sparseSegment(
    "SparseSegmentMeanWithNumSegments", .mean, types: .floating, countIsGiven: true, gradientOp: "SparseSegmentMeanGrad"
  )
}
