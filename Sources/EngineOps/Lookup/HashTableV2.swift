import EngineGraph

extension OpDefinition {
  /// A table that an initializer fills once.
  static let hashTableV2 = table("HashTableV2", isStatic: true)
}
