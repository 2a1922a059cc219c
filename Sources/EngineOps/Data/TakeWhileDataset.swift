import EngineGraph

extension OpDefinition {
  /// The elements before the first for which `predicate` gives false.
  static let takeWhileDataset = dataset(
    "TakeWhileDataset", [inputDataset, .list("other_arguments", types: "Targuments")],
    attributes: [.function("predicate"), .types("Targuments")]
  ) { Filtering(try $0.dataset(0), try CapturedFunction($0, "predicate"), stopsAtFirst: true) }
}
