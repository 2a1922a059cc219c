import EngineCore
import EngineGraph

/// Cross-entropies of logits.
///
/// **Source**: `tf.nn.sigmoid_cross_entropy_with_logits` and its siblings.
public enum CrossEntropy {
  /// `max(x, 0) - x * y + log(1 + exp(-|x|))`, elementwise.
  /// **Errors**: `ValueError` when the shapes differ.
  public static func sigmoid(labels: Output, logits: Output, name: String? = nil) throws -> Output {
    let graph = logits.graph
    guard labels.shape.isCompatible(with: logits.shape) else {
      throw EngineError.value(
        "`logits` and `labels` must have the same shape, received (\(logits.shape) vs \(labels.shape)).")
    }
    return try graph.withNameScope(name ?? "logistic_loss") { scope in
      // Both branches of the selects are finite, so that gradients are, too.
      let zeros = try graph.zerosLike(logits)
      let isPositive = try graph.op("GreaterEqual", logits, zeros)
      let positive = try graph.select(isPositive, logits, zeros)
      let magnitude = try graph.select(isPositive, try graph.op("Neg", logits), logits)
      let linear = try graph.subtract(.tensor(positive), .tensor(try graph.multiply(.tensor(logits), .tensor(labels))))
      let logarithm = try graph.op("Log1p", try graph.op("Exp", magnitude))
      return try graph.addNode("AddV2", [linear, logarithm], name: scope).output()
    }
  }

  /// ``sigmoid(labels:logits:name:)`` with the positive examples weighted.
  public static func weighted(labels: Output, logits: Output, positiveWeight: Operand, name: String? = nil) throws
    -> Output
  {
    let graph = logits.graph
    guard labels.shape.isCompatible(with: logits.shape) else {
      throw EngineError.value(
        "`logits` and `labels` must have the same shape, received (\(logits.shape) vs \(labels.shape)).")
    }
    return try graph.withNameScope(name ?? "logistic_loss") { scope in
      let extra: Operand
      if case .number(let number) = positiveWeight {
        extra = .number(number - 1)
      } else {
        extra = .tensor(try graph.subtract(positiveWeight, 1))
      }
      let weight = try graph.add(1, .tensor(try graph.multiply(extra, .tensor(labels))))
      let linear = try graph.multiply(.tensor(try graph.subtract(1, .tensor(labels))), .tensor(logits))
      let negative = try graph.op("Neg", try graph.op("Abs", logits))
      let logarithm = try graph.op("Log1p", try graph.op("Exp", negative))
      let positive = try graph.op("Relu", try graph.op("Neg", logits))
      let sum = try graph.add(.tensor(logarithm), .tensor(positive))
      return try graph.apply(
        "AddV2", as: scope, .tensor(linear),
        .tensor(try graph.multiply(.tensor(weight), .tensor(sum))))
    }
  }

  /// Cross-entropy of probabilities `labels` over the last axis.
  ///
  /// **Shapes**: `labels, logits: [..., classes]`, result `[...]`
  public static func softmax(labels: Output, logits: Output, name: String? = nil) throws -> Output {
    let graph = logits.graph
    return try graph.withNameScope(name ?? "softmax_cross_entropy_with_logits") { scope in
      let rank = try graph.rank(logits)
      let shape = try graph.shapeVector(logits)
      let flatLogits = try flattenOuter(logits)
      let flatLabels = try flattenOuter(labels)
      let cost = try graph.addNode("SoftmaxCrossEntropyWithLogits", [flatLogits, flatLabels], name: scope).output()
      let count = try graph.apply("Sub", .tensor(rank), .integer(1))
      let outputShape = try graph.withNameScope("Slice") { slice in
        let begin = try graph.constant([Int32(0)], name: "begin")
        let size = try graph.addNode("Pack", arguments: [[count]], name: "size").output()
        return try graph.addNode("Slice", [shape, begin, size], name: slice).output()
      }
      let result = try graph.addNode("Reshape", [cost, outputShape]).output()
      if let rank = logits.shape.rank, rank > 0 { try result.setShape(logits.shape.removing(axis: rank - 1)) }
      return result
    }
  }

  /// ``softmax(labels:logits:name:)`` whose labels get no gradient, as the first version of the op had it.
  public static func softmaxStoppingLabels(labels: Output, logits: Output, name: String? = nil) throws -> Output {
    let graph = logits.graph
    return try graph.withNameScope(name ?? "softmax_cross_entropy_with_logits_sg") { scope in
      let stopped = try graph.addNode("StopGradient", [labels], name: "labels_stop_gradient").output()
      return try softmax(labels: stopped, logits: logits, name: scope)
    }
  }

  /// `[rows, classes]`.
  private static func flattenOuter(_ x: Output) throws -> Output {
    let graph = x.graph
    let rank = try graph.rank(x)
    let shape = try graph.shapeVector(x)
    let last = try graph.apply("Sub", .tensor(rank), .integer(1))
    let classes = try graph.withNameScope("Slice") { slice in
      let begin = try graph.addNode("Pack", arguments: [[last]], name: "begin").output()
      let size = try graph.constant([Int32(1)], name: "size")
      return try graph.addNode("Slice", [shape, begin, size], name: slice).output()
    }
    let target = try graph.concatenate([.integers([-1]), .tensor(classes)], axis: 0)
    let flat = try graph.addNode("Reshape", [x, target]).output()
    if let dimensions = x.shape.dimensions, let width = dimensions.last {
      var rows: Int? = 1
      for size in dimensions.dropLast() { rows = rows.flatMap { total in size.map { total * $0 } } }
      try flat.setShape(Shape([rows, width]))
    }
    return flat
  }

  /// Cross-entropy of class numbers over the last axis.
  ///
  /// **Shapes**: `labels: [...]`, `logits: [..., classes]`, result `[...]`
  /// **Types**: labels are int32 or int64.
  /// **Errors**: `ValueError` for ranks or static shapes that don't fit.
  public static func sparseSoftmax(labels: Output, logits: Output, name: String? = nil) throws -> Output {
    let graph = logits.graph
    return try graph.withNameScope(name ?? "SparseSoftmaxCrossEntropyWithLogits") { _ in
      let shape = try graph.shapeVector(labels)
      let opName = name ?? "SparseSoftmaxCrossEntropyWithLogits"
      if logits.shape.rank == 0 {
        throw EngineError.value("Logits cannot be scalars - received shape \(logits.shape).")
      }
      if let labelRank = labels.shape.rank, let logitRank = logits.shape.rank, labelRank != logitRank - 1 {
        throw EngineError.value(
          "`labels.shape.rank` must equal `logits.shape.rank - 1`. Rank mismatch: Rank of labels (received "
            + "\(labelRank)) should equal rank of logits minus 1 (received \(logitRank)).")
      }
      let expected = logits.shape.rank.map { logits.shape.removing(axis: $0 - 1) } ?? .unknown
      guard labels.shape.isCompatible(with: expected) else {
        throw EngineError.value(
          "`labels.shape` must equal `logits.shape` except for the last dimension. Shape mismatch: The shape of labels "
            + "(received \(labels.shape)) should equal the shape of logits except for the last dimension (received "
            + "\(logits.shape)).")
      }
      if logits.shape.rank == 2 {
        return try graph.addNode("SparseSoftmaxCrossEntropyWithLogits", [logits, labels], name: opName).output()
      }
      let sizes = try graph.shapeVector(logits)
      let last = try graph.subtract(.tensor(try graph.rank(logits)), .integer(1))
      let classes = try graph.withNameScope("strided_slice") { slice in
        let begin = try graph.addNode("Pack", arguments: [[last]], name: "stack").output()
        let end = try graph.addNode("Pack", arguments: [[try graph.add(.tensor(last), .integer(1))]], name: "stack_1")
          .output()
        let stride = try graph.constant([Int32(1)], name: "stack_2")
        return try graph.addNode(
          "StridedSlice", [sizes, begin, end, stride], attributes: ["shrink_axis_mask": .int(1)], name: slice
        ).output()
      }
      let target = try graph.withNameScope("Reshape") { scope in
        let rows = try graph.pack([.integer(-1), .tensor(classes)], name: "shape")
        return try graph.addNode("Reshape", [logits, rows], name: scope).output()
      }
      let flatLabels = try graph.reshape(labels, [-1])
      let cost = try graph.addNode("SparseSoftmaxCrossEntropyWithLogits", [target, flatLabels], name: opName).output()
      let result = try graph.addNode("Reshape", [cost, shape]).output()
      try result.setShape(expected.merged(with: labels.shape))
      return result
    }
  }
}
