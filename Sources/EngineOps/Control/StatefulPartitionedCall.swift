import EngineGraph

extension OpDefinition {
  /// The results of a function that may have effects.
  static let statefulPartitionedCall = functionCall("StatefulPartitionedCall", isStateful: true)
}
