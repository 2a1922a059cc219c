import EngineGraph

extension OpDefinition {
  /// `CacheDataset` with a handle on its memory.
  static let cacheDatasetV2 = dataset(
    "CacheDatasetV2", [inputDataset, .tensor("filename", .string), .tensor("cache", .resource)], isStateful: true
  ) { try caching($0) }
}
