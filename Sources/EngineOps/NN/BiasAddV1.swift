import EngineGraph

extension OpDefinition {
  /// `BiasAdd` without a data format.
  static let biasAddV1 = biasAddition("BiasAddV1", hasFormat: false)
}
