import EngineCore
import EngineGraph

extension OpDefinition {
  /// As `SparseSegmentSqrtN`, with the number of segments given.
  static let sparseSegmentSqrtNWithNumSegments = sparseSegment(
    "SparseSegmentSqrtNWithNumSegments", .squareRoot, types: .floating, countIsGiven: true,
    gradientOp: "SparseSegmentSqrtNGrad")
}
