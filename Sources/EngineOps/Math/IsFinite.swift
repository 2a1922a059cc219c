import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether a number is neither infinite nor NaN.
  static let isFinite = floatTest("IsFinite", .isFinite)
}
