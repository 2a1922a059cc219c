import EngineCore

extension Kernels {
  /// Along the last axis. **Types**: floating.
  public static func softmax(_ x: Tensor, into y: Tensor) throws {
    try PlainKernels.softmax(x, into: y)
  }
  public static func logSoftmax(_ x: Tensor, into y: Tensor) throws {
    try PlainKernels.logSoftmax(x, into: y)
  }

  /// `loss[i] = −Σ labels·log softmax(logits)`, `backprop = softmax(logits) − labels`; all `[batch, classes]` but
  /// `loss: [batch]`. `backprop` may be the memory of `logits`.
  public static func softmaxCrossEntropy(
    logits: Tensor, labels: Tensor, loss: Tensor, backprop: Tensor
  ) throws {
    try PlainKernels.softmaxCrossEntropy(logits: logits, labels: labels, loss: loss, backprop: backprop)
  }

  /// With class numbers `labels: [batch]`, int32 or int64. A label out of range gives NaN in its row, as TensorFlow's
  /// CPU kernel reports it, the op checks them first.
  public static func sparseSoftmaxCrossEntropy(
    logits: Tensor, labels: Tensor, loss: Tensor, backprop: Tensor
  ) throws {
    try PlainKernels.sparseSoftmaxCrossEntropy(logits: logits, labels: labels, loss: loss, backprop: backprop)
  }
}
