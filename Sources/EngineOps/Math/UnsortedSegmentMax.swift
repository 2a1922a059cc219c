import EngineCore
import EngineGraph

extension OpDefinition {
  /// The largest of the rows with the same number; of equal ones each gets the same part of the gradient.
  static let unsortedSegmentMax = unsortedSegment(
    "UnsortedSegmentMax", .maximum, types: .real, gradient: .rule { [try $0.unsortedExtremumGradient(), nil, nil] })
}
