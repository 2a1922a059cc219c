import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether a number is not a number.
  static let isNan = floatTest("IsNan", .isNan)
}
