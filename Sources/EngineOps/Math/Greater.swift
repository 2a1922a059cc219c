import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = (x > y)`, broadcast.
  static let greater = comparison("Greater", .greater)
}
