import EngineGraph

extension OpDefinition {
  /// `ShuffleDatasetV3` without a seed generator.
  static let shuffleDataset = dataset(
    "ShuffleDataset", shuffleArguments, attributes: [.bool("reshuffle_each_iteration", true)]
  ) { try shuffling($0) }
}
