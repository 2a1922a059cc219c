import EngineGraph

extension OpCatalog {
  static let stateOps: [OpDefinition] = []
}
