import EngineGraph

extension OpDefinition {
  /// Elements in the order in which they are drawn from a buffer of `buffer_size`, which is TensorFlow's order for the
  /// same seeds. Each pass has an order of its own unless `reshuffle_each_iteration` is false.
  static let shuffleDatasetV3 = dataset(
    "ShuffleDatasetV3", shuffleArguments + [.tensor("seed_generator", .resource)],
    attributes: [.bool("reshuffle_each_iteration", true)], isStateful: true
  ) { try shuffling($0) }
}
