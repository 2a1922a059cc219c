import EngineGraph

extension OpCatalog {
  static let savingOps: [OpDefinition] = [
    .disableCopyOnRead,
    .generateVocabRemapping,
    .loadAndRemapMatrix,
    .mergeV2Checkpoints,
    .restoreV2,
    .saveV2,
    .shardedFilename,
    .staticRegexFullMatch,
  ]
}
