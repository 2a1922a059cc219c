import EngineGraph

extension OpDefinition {
  /// The input: TensorFlow tunes buffer sizes here.
  static let modelDataset = dataset(
    "ModelDataset", [inputDataset],
    attributes: [.int("algorithm", 0), .int("cpu_budget", 0), .int("ram_budget", 0)], hasMetadata: false
  ) { try $0.dataset(0) }
}
