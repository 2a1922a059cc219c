import EngineGraph

extension OpDefinition {
  /// `IteratorGetNext`; the difference between the two does not exist here.
  static let iteratorGetNextSync = iteratorGetNext("IteratorGetNextSync")
}
