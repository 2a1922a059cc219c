import EngineGraph

extension OpCatalog {
  static let savingOps: [OpDefinition] = [
    .mergeV2Checkpoints,
    .restoreV2,
    .saveV2,
    .shardedFilename,
    .staticRegexFullMatch,
  ]
}
