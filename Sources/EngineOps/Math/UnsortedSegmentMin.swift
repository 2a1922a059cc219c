import EngineCore
import EngineGraph

extension OpDefinition {
  /// The smallest of the rows with the same number; of equal ones each gets the same part of the gradient.
  static let unsortedSegmentMin = unsortedSegment(
    "UnsortedSegmentMin", .minimum, types: .real, gradient: .rule { [try $0.unsortedExtremumGradient(), nil, nil] })
}
