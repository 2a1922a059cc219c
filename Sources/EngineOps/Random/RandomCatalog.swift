import EngineGraph

extension OpCatalog {
  static let randomOps: [OpDefinition] = [
    .randomShuffle,
    .randomStandardNormal,
    .randomUniform,
    .randomUniformInt,
    .truncatedNormal,
  ]
}
