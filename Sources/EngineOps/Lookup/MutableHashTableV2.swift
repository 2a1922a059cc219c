import EngineGraph

extension OpDefinition {
  /// A table that entries are put into and taken out of.
  static let mutableHashTableV2 = table("MutableHashTableV2", isStatic: false)
}
