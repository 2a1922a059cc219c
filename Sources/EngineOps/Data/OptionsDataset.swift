import EngineGraph

extension OpDefinition {
  /// The input: options are hints for an optimiser that this engine doesn't need.
  static let optionsDataset = dataset(
    "OptionsDataset", [inputDataset], attributes: [.string("serialized_options")]
  ) { try $0.dataset(0) }
}
