import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = (x >= y)`, broadcast.
  static let greaterEqual = comparison("GreaterEqual", .greaterEqual)
}
