import EngineGraph

extension OpCatalog {
  static let arrayOps: [OpDefinition] = [
    .const,
    .fill,
    .identity,
    .placeholder,
    .reshape,
    .shape,
  ]
}
