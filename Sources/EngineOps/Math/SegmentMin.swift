import EngineCore
import EngineGraph

extension OpDefinition {
  /// The smallest of neighbouring rows with the same number.
  static let segmentMin = segment(
    "SegmentMin", .minimum, types: .real, gradient: .rule { [try $0.extremumSegmentGradient(), nil] })
}
