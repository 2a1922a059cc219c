import EngineGraph

extension OpDefinition {
  /// The older name of `IteratorV2`.
  static let iteratorV1 = iterator("Iterator")
}
