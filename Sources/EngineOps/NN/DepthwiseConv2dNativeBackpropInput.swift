import EngineGraph

extension OpDefinition {
  /// The gradient of `DepthwiseConv2dNative` with respect to its input.
  static let depthwiseConv2dNativeBackpropInput = convolutionBackpropInput(.depthwise)
}
