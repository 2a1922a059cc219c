import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = (x <= y)`, broadcast.
  static let lessEqual = comparison("LessEqual", .lessEqual)
}
