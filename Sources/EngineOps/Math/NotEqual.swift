import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = (x != y)`, broadcast. Shapes that do not fit are an error, or unequal, as `incompatible_shape_error` says.
  static let notEqual = equality("NotEqual", .notEqual)
}
