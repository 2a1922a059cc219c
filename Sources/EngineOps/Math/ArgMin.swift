import EngineCore
import EngineGraph

extension OpDefinition {
  /// The position of the smallest element along an axis, the first of equals.
  static let argMin = argReduction("ArgMin", largest: false, indexTypes: .index, outputTypes: .index)
}
