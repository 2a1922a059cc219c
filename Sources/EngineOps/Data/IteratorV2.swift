import EngineGraph

extension OpDefinition {
  /// A named iterator, empty until `MakeIterator` gives it a dataset.
  static let iteratorV2 = iterator("IteratorV2")
}
