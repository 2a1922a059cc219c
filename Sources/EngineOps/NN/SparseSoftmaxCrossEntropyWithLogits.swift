import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The cross entropy of each row of logits against a class number, and its gradient with respect to the logits.
  /// `features, backprop: [batch, classes]`, `labels, loss: [batch]`.
  /// **Errors**: `InvalidArgument` for a label outside `[0, classes)`.
  static let sparseSoftmaxCrossEntropyWithLogits = OpDefinition(
    "SparseSoftmaxCrossEntropyWithLogits", inputs: [.tensor("features", "T"), .tensor("labels", "Tlabels")],
    outputs: [.tensor("loss", "T"), .tensor("backprop", "T")],
    attributes: [.type("T", .floating), .type("Tlabels", .index, default: .int64)],
    shape: { context in
      let features = try context.input(0, rank: 2)
      let labels = try context.input(1, rank: 1)
      if let rows = features[0], let count = labels[0], rows != count {
        throw EngineError.value("Dimensions must be equal, but are \(rows) and \(count)")
      }
      let rows = features[0] ?? labels[0]
      return [[rows], [rows, features[1]]]
    },
    gradient: .rule { context in [try context.crossEntropyGradient().features.map { .dense($0) }, nil] },
    sample: OpSample([.init([3, 4], .uniform(-2, 2)), .init([3], .integers(0..<4), dtype: .int64)])
  ) { context in
    let (features, labels) = (context.inputs[0], context.inputs[1])
    guard features.rank == 2 else {
      throw EngineError.invalidArgument("logits must be 2-D, but got shape \(features.shapeText)")
    }
    guard labels.rank == 1 else {
      throw EngineError.invalidArgument("labels must be 1-D, but got shape \(labels.shapeText)")
    }
    guard features.shape[0] == labels.shape[0] else {
      throw EngineError.invalidArgument(
        "logits and labels must have the same first dimension, got logits shape \(features.shapeText) and labels shape "
          + labels.shapeText)
    }
    let classes = features.shape[1]
    guard classes > 0 || features.shape[0] == 0 else {
      throw EngineError.invalidArgument("Must have at least one class, but got logits shape \(features.shapeText)")
    }
    let numbers = try labels.integers()
    if let bad = numbers.first(where: { $0 < 0 || $0 >= classes }) {
      throw EngineError.invalidArgument(
        "Received a label value of \(bad) which is outside the valid range of [0, \(classes)).  Label values: "
          + numbers.map { String($0) }.joined(separator: " "))
    }
    let loss = try context.newOutput(0, shape: labels.shape)
    let backprop = try context.newOutput(1, shape: features.shape)
    if features.elementCount > 0 {
      try Kernels.sparseSoftmaxCrossEntropy(logits: features, labels: labels, loss: loss, backprop: backprop)
    }
    context.setOutput(0, loss)
    context.setOutput(1, backprop)
  }
}
