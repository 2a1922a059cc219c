import EngineGraph

extension OpDefinition {
  /// `ShuffleAndRepeatDataset` with a seed generator.
  static let shuffleAndRepeatDatasetV2 = dataset(
    "ShuffleAndRepeatDatasetV2", shuffleArguments + [.tensor("count", .int64), .tensor("seed_generator", .resource)],
    attributes: [.bool("reshuffle_each_iteration", true)], isStateful: true
  ) { try shuffling($0, countInput: 4) }
}
