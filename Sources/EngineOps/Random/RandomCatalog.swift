import EngineGraph

extension OpCatalog {
  static let randomOps: [OpDefinition] = [
    .multinomial,
    .randomShuffle,
    .randomStandardNormal,
    .randomUniform,
    .randomUniformInt,
    .statelessRandomGetKeyCounter,
    .statelessRandomNormalV2,
    .statelessRandomUniformV2,
    .statelessTruncatedNormalV2,
    .truncatedNormal,
  ]
}
