import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The cross entropy of each row of logits against a distribution, and its gradient with respect to the logits.
  /// `features, labels, backprop: [batch, classes]` (features and labels broadcast), `loss: [batch]`.
  static let softmaxCrossEntropyWithLogits = OpDefinition(
    "SoftmaxCrossEntropyWithLogits", inputs: [.tensor("features", "T"), .tensor("labels", "T")],
    outputs: [.tensor("loss", "T"), .tensor("backprop", "T")], attributes: [.type("T", .floating)],
    shape: { context in
      let shape = try Shape.broadcast(context.input(0), context.input(1))
      try shape.requireRank(2)
      return [[shape[0]], shape.rank == nil ? .unknown(rank: 2) : shape]
    },
    gradient: .rule { context in
      let graph = context.graph
      let (features, _) = try context.crossEntropyGradient()
      var labels: Gradient?
      if context.outputGradients[0] != nil {
        let scale = try context.lossGradientColumn()
        let logs = try graph.op("LogSoftmax", context.input(0))
        labels = .dense(try graph.op("Mul", scale, try graph.op("Neg", logs)))
      }
      return [features.map { .dense($0) }, labels]
    }
  ) { context in
    var (features, labels) = (context.inputs[0], context.inputs[1])
    if features.shape != labels.shape {
      guard let shape = Shape.broadcast(features.shape, labels.shape) else {
        throw EngineError.invalidArgument(
          "logits and labels must be broadcastable: logits_size=\(features.shapeText) labels_size=\(labels.shapeText)")
      }
      features = try spread(features, over: shape)
      labels = try spread(labels, over: shape)
    }
    guard features.rank == 2 else {
      throw EngineError.invalidArgument(
        "logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional")
    }
    let loss = try context.newOutput(0, count: features.shape[0])
    let backprop = try context.newOutput(1, shape: features.shape)
    if features.elementCount > 0 {
      try Kernels.softmaxCrossEntropy(logits: features, labels: labels, loss: loss, backprop: backprop)
    } else {
      try Kernels.fill(loss, with: try Tensor(scalar: 0, dtype: loss.dtype))
    }
    context.setOutput(0, loss)
    context.setOutput(1, backprop)
  }

  private static func spread(_ x: Tensor, over shape: [Int]) throws -> Tensor {
    guard x.shape != shape else { return x }
    let y = try Tensor(uninitialized: x.dtype, shape: shape)
    try Kernels.binary(.add, x, try Tensor(zeros: x.dtype, shape: shape), into: y)
    return y
  }
}

extension GradientContext {
  /// The loss's gradient as a column, to multiply rows with.
  func lossGradientColumn() throws -> Output {
    try graph.op("ExpandDims", try gradient(0), try graph.constant(scalar: Int32(-1)))
  }

  /// The gradient of the logits, also through `backprop` when that was differentiated itself (second order).
  func crossEntropyGradient() throws -> (features: Output?, softmax: Output?) {
    var result: Output?
    if outputGradients[0] != nil { result = try graph.op("Mul", try lossGradientColumn(), output(1)) }
    guard outputGradients[1] != nil else { return (result, nil) }
    let outer = try gradient(1)
    let softmax = try graph.op("Softmax", input(0))
    let projected = try lastAxisSum(try graph.op("Mul", outer, softmax))
    let second = try graph.op("Mul", try graph.op("Sub", outer, projected), softmax)
    return (try result.map { try graph.op("AddV2", $0, second) } ?? second, softmax)
  }
}
