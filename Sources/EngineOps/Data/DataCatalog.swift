import EngineGraph

extension OpCatalog {
  static let dataOps: [OpDefinition] = []
}
