import EngineGraph

extension OpCatalog {
  static let controlOps: [OpDefinition] = [
    .noOp
  ]
}
