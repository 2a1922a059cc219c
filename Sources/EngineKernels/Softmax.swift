import EngineCore

extension Kernels {
  /// Along the last axis. **Types**: floating.
  public static func softmax(_ x: Tensor, into y: Tensor) throws {
    switch x.dtype {
    case .float32: VectorRows(kernels: table.float).softmax(x, y, isLogarithmic: false)
    case .float64: VectorRows(kernels: table.double).softmax(x, y, isLogarithmic: false)
    default: try PlainKernels.softmax(x, into: y)
    }
  }
  public static func logSoftmax(_ x: Tensor, into y: Tensor) throws {
    switch x.dtype {
    case .float32: VectorRows(kernels: table.float).softmax(x, y, isLogarithmic: true)
    case .float64: VectorRows(kernels: table.double).softmax(x, y, isLogarithmic: true)
    default: try PlainKernels.logSoftmax(x, into: y)
    }
  }

  /// `loss[i] = −Σ labels·log softmax(logits)`, `backprop = softmax(logits) − labels`; all `[batch, classes]` but
  /// `loss: [batch]`. `backprop` may be the memory of `logits`.
  public static func softmaxCrossEntropy(
    logits: Tensor, labels: Tensor, loss: Tensor, backprop: Tensor
  ) throws {
    switch logits.dtype {
    case .float32: VectorRows(kernels: table.float).crossEntropy(logits, labels, loss, backprop)
    case .float64: VectorRows(kernels: table.double).crossEntropy(logits, labels, loss, backprop)
    default:
      try PlainKernels.softmaxCrossEntropy(logits: logits, labels: labels, loss: loss, backprop: backprop)
    }
  }

  /// With class numbers `labels: [batch]`, int32 or int64. A label out of range gives NaN in its row, as TensorFlow's
  /// CPU kernel reports it, the op checks them first.
  public static func sparseSoftmaxCrossEntropy(
    logits: Tensor, labels: Tensor, loss: Tensor, backprop: Tensor
  ) throws {
    switch logits.dtype {
    case .float32 where labels.dtype == .int32 || labels.dtype == .int64:
      VectorRows(kernels: table.float).sparseCrossEntropy(logits, labels, loss, backprop)
    case .float64 where labels.dtype == .int32 || labels.dtype == .int64:
      VectorRows(kernels: table.double).sparseCrossEntropy(logits, labels, loss, backprop)
    default:
      try PlainKernels.sparseSoftmaxCrossEntropy(logits: logits, labels: labels, loss: loss, backprop: backprop)
    }
  }
}
