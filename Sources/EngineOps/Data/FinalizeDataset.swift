import EngineGraph

extension OpDefinition {
  /// The input: TensorFlow applies options here.
  static let finalizeDataset = dataset(
    "FinalizeDataset", [inputDataset], attributes: [.bool("has_captured_ref", false)], hasMetadata: false
  ) { try $0.dataset(0) }
}
