import EngineCore
import EngineGraph

extension OpDefinition {
  /// The largest of neighbouring rows with the same number.
  static let segmentMax = segment(
    "SegmentMax", .maximum, types: .real, gradient: .rule { [try $0.extremumSegmentGradient(), nil] })
}
