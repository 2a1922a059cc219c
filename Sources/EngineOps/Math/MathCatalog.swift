import EngineGraph

extension OpCatalog {
  static let mathOps: [OpDefinition] = [
    .addV2,
    .exp,
    .matMul,
    .mul,
    .sum,
  ]
}
