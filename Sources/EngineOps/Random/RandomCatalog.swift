import EngineGraph

extension OpCatalog {
  static let randomOps: [OpDefinition] = [
    .multinomial,
    .randomShuffle,
    .randomStandardNormal,
    .randomUniform,
    .randomUniformInt,
    .statelessMultinomial,
    .statelessRandomGetKeyCounter,
    .statelessRandomNormalV2,
    .statelessRandomUniformV2,
    .statelessTruncatedNormalV2,
    .truncatedNormal,
  ]
}
