import EngineGraph

extension OpDefinition {
  /// Two-dimensional convolution. `input: [n, h, w, in]`, `filter: [fh, fw, in, out]`; NCHW data is transposed.
  static let conv2D = convolution(.full)
}
