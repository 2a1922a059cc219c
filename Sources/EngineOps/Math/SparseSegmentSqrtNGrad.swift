import EngineCore
import EngineGraph

extension OpDefinition {
  /// The gradient of `SparseSegmentSqrtN`.
  static let sparseSegmentSqrtNGrad = sparseSegmentGrad("SparseSegmentSqrtNGrad", .squareRoot)
}
