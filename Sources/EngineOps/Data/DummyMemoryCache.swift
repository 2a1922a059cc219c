import EngineGraph

extension OpDefinition {
  /// A placeholder for the memory of a cache, which makes its own.
  static let dummyMemoryCache = dummyResource("DummyMemoryCache")
}
