import EngineGraph

extension OpDefinition {
  /// The results of a function.
  static let partitionedCall = functionCall("PartitionedCall", isStateful: false)
}
