import EngineGraph

extension OpDefinition {
  /// The gradient of `Conv2D` with respect to its filter.
  static let conv2DBackpropFilter = convolutionBackpropFilter(.full)
}
