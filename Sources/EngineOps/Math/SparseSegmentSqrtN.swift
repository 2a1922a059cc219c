import EngineCore
import EngineGraph

extension OpDefinition {
  /// Sums of picked rows with the same segment number, divided by the root of their number.
  static let sparseSegmentSqrtN = sparseSegment(
    "SparseSegmentSqrtN", .squareRoot, types: .floating, countIsGiven: false, gradientOp: "SparseSegmentSqrtNGrad")
}
