import EngineGraph

extension OpCatalog {
  static let nnOps: [OpDefinition] = []
}
