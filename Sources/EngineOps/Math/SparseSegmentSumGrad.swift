import EngineCore
import EngineGraph

extension OpDefinition {
  /// The gradient of `SparseSegmentSum`.
  static let sparseSegmentSumGrad = sparseSegmentGrad("SparseSegmentSumGrad", .sum)
}
