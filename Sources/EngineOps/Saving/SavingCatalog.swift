import EngineGraph

extension OpCatalog {
  static let savingOps: [OpDefinition] = [
    .disableCopyOnRead,
    .mergeV2Checkpoints,
    .restoreV2,
    .saveV2,
    .shardedFilename,
    .staticRegexFullMatch,
  ]
}
