import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether a number is positive or negative infinity.
  static let isInf = floatTest("IsInf", .isInfinite)
}
