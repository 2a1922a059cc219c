import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = (x < y)`, broadcast.
  static let less = comparison("Less", .less)
}
