import EngineGraph

extension OpCatalog {
  static let randomOps: [OpDefinition] = []
}
