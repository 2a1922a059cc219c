import EngineGraph

extension OpDefinition {
  /// The gradient of `Conv2D` with respect to its input; also the transposed convolution.
  static let conv2DBackpropInput = convolutionBackpropInput(.full)
}
