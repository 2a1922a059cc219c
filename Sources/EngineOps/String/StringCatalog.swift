import EngineGraph

extension OpCatalog {
  static let stringOps: [OpDefinition] = [
  ]
}
