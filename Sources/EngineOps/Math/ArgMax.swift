import EngineCore
import EngineGraph

extension OpDefinition {
  /// The position of the largest element along an axis, the first of equals.
  static let argMax = argReduction(
    "ArgMax", largest: true, indexTypes: [.int16, .int32, .int64], outputTypes: [.int16, .uint16, .int32, .int64])
}
