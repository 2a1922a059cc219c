import EngineGraph

extension OpDefinition {
  /// The gradient of `DepthwiseConv2dNative` with respect to its filter.
  static let depthwiseConv2dNativeBackpropFilter = convolutionBackpropFilter(.depthwise)
}
