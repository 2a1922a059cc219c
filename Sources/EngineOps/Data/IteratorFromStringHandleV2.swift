import EngineGraph

extension OpDefinition {
  /// The newer name of `IteratorFromStringHandle`.
  static let iteratorFromStringHandleV2 = iteratorFromStringHandle("IteratorFromStringHandleV2")
}
