import EngineGraph

extension OpDefinition {
  /// Shuffling and repeating with one buffer, which does not run empty between repetitions.
  static let shuffleAndRepeatDataset = dataset(
    "ShuffleAndRepeatDataset", shuffleArguments + [.tensor("count", .int64)],
    attributes: [.bool("reshuffle_each_iteration", true)]
  ) { try shuffling($0, countInput: 4) }
}
