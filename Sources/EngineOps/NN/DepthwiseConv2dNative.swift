import EngineGraph

extension OpDefinition {
  /// A convolution of each channel for itself. `filter: [fh, fw, in, multiplier]`, `output: [n, h, w, in·multiplier]`.
  static let depthwiseConv2dNative = convolution(.depthwise)
}
