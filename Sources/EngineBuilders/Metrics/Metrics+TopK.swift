import EngineCore
import EngineGraph

extension Metrics {
  private static func atK(_ base: String, _ k: Int, _ classID: Int?) -> String {
    classID.map { "\(base)_at_\(k)_class\($0)" } ?? "\(base)_at_\(k)"
  }

  /// Labels and the best predictions as matrices of int64, one row an example.
  private static func rows(_ labels: Output, _ best: Output) throws -> (labels: Output, best: Output) {
    let graph = best.graph
    var y = try graph.cast(labels, to: .int64)
    if let labelRank = y.shape.rank, let rank = best.shape.rank, labelRank == rank - 1 {
      y = try graph.expandDimensions(.tensor(y), axis: -1)
    }
    guard let labelCount = y.shape[-1], let k = best.shape[-1] else {
      throw EngineError.value("labels and predictions must have a known last dimension")
    }
    let flatLabels = y.shape.rank == 2 ? y : try graph.reshape(y, [-1, labelCount])
    let flatBest = best.shape.rank == 2 ? best : try graph.reshape(best, [-1, k])
    return (flatLabels, try graph.cast(flatBest, to: .int64))
  }

  private static func topK(_ predictions: Output, _ k: Int) throws -> Output {
    guard k >= 1 else { throw EngineError.value("k must be at least 1, got \(k)") }
    let graph = predictions.graph
    return try graph.withNameScope("TopKV2") { scope in
      let count = try graph.constant(scalar: Int32(truncatingIfNeeded: k), name: "k")
      let node = try graph.addNode("TopKV2", [predictions, count], name: scope)
      let indices = node.output(1)
      if let rank = predictions.shape.rank, rank > 0 {
        try indices.setShape(predictions.shape.removing(axis: rank - 1).concatenated(with: [k]))
      }
      return indices
    }
  }

  /// `[rows, width]` of float64: which of `items` occur in `others`, limited to a class.
  private static func occurs(_ items: Output, in others: Output, _ classID: Int?, negated: Bool = false) throws
    -> Output
  {
    let graph = items.graph
    let standing = try graph.expandDimensions(.tensor(items), axis: 2)
    let lying = try graph.expandDimensions(.tensor(others), axis: 1)
    var isFound = try graph.apply(
      "Any", .tensor(try graph.op("Equal", standing, lying)), .integers([2]), attributes: ["keep_dims": .bool(false)])
    if negated { isFound = try graph.op("LogicalNot", isFound) }
    if let classID {
      let isClass = try graph.apply("Equal", .tensor(items), .constant(Tensor(scalar: Int64(classID))))
      isFound = try graph.op("LogicalAnd", isFound, isClass)
    }
    return try graph.cast(isFound, to: .float64)
  }

  /// Which labels of a row are the first of their kind, as float64.
  private static func distinct(_ labels: Output) throws -> Output {
    let graph = labels.graph
    guard let width = labels.shape[1] else { throw EngineError.value("labels must have a known last dimension") }
    try checkRoom(for: width.clampedProduct(width), of: Double.self)
    var earlier = [Double](repeating: 0, count: width * width)
    for row in 0..<width { for column in 0..<row { earlier[row * width + column] = 1 } }
    let mask = try graph.constant(Tensor(numbers: earlier, shape: [width, width], dtype: .bool))
    let standing = try graph.expandDimensions(.tensor(labels), axis: 2)
    let lying = try graph.expandDimensions(.tensor(labels), axis: 1)
    let repeats = try graph.op("LogicalAnd", try graph.op("Equal", standing, lying), mask)
    let isRepeat = try graph.apply(
      "Any", .tensor(repeats), .integers([2]), attributes: ["keep_dims": .bool(false)])
    return try graph.cast(try graph.op("LogicalNot", isRepeat), to: .float64)
  }

  /// Weights for the rows of a table, as float64.
  /// **Errors**: `InvalidArgument` for known shapes that don't fit.
  private static func rowWeights(_ weights: Output, _ rows: Output) throws -> Output {
    let graph = weights.graph
    if let rank = weights.shape.rank, rank > 0, let known = weights.shape.known, let count = rows.shape[0] {
      guard known == [count] || known == [1] else {
        throw EngineError(
          code: .invalidArgument,
          "assertion failed: [weights can not be broadcast to values.] [weights.shape=] \(known) [values.shape=] "
            + "[\(count)]")
      }
    }
    return try graph.cast(weights.shape.rank == 0 ? weights : try graph.reshape(weights, [-1]), to: .float64)
  }

  /// Adds the weighted row sums of `table` to a variable.
  private static func accumulate(_ table: Output, _ weights: Output?, _ name: String) throws -> (
    variable: Variable, update: VariableUpdate
  ) {
    let graph = table.graph
    var sums = try graph.reduce("Sum", .tensor(table), axes: [1])
    if let weights {
      let flat = try rowWeights(weights, sums)
      sums = try graph.multiply(.tensor(sums), .tensor(flat))
    }
    let count = try variable(graph, name, dtype: .float64)
    return (count, try count.assignAdd(.tensor(try graph.reduce("Sum", .tensor(sums), axes: [0]))))
  }

  private static func share(
    _ hits: (variable: Variable, update: VariableUpdate), _ misses: (variable: Variable, update: VariableUpdate),
    _ options: MetricOptions
  ) throws -> MetricResult {
    let graph = hits.variable.graph
    func ratio(_ x: Operand, _ y: Operand, _ name: String) throws -> Output {
      let hits = try graph.tensor(x)
      return try graph.divide(.tensor(hits), .tensor(try graph.add(.tensor(hits), y)), name)
    }
    // The value has the name of the metric's scope.
    let value = try ratio(.variable(hits.variable), .variable(misses.variable), graph.variableScope.originalNameScope)
    let update = try ratio(.update(hits.update), .update(misses.update), "update")
    return finish(value, update, options)
  }

  /// The share of labels that are among the k best predictions (not a number before there are labels).
  ///
  /// **Shapes**: `labels: [..., labels]`, `predictions: [..., classes]`
  public static func recallAtK(
    labels: Output, predictions: Output, k: Int, classID: Int? = nil, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, atK("recall", k, classID)) {
      try recallAtTopK(labels: labels, best: try topK(predictions, k), k: k, classID: classID, options)
    }
  }

  /// ``recallAtK(labels:predictions:k:classID:_:)`` for predictions that are class numbers already.
  public static func recallAtTopK(
    labels: Output, indices: Output, k: Int? = nil, classID: Int? = nil, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let count = try k ?? indices.shape[-1] ?? { throw EngineError.value("k must be known") }()
    return try scoped(indices.graph, options, atK("recall", count, classID)) {
      try recallAtTopK(labels: labels, best: indices, k: count, classID: classID, options)
    }
  }

  private static func recallAtTopK(
    labels: Output, best: Output, k: Int, classID: Int?, _ options: MetricOptions
  ) throws -> MetricResult {
    let graph = best.graph
    let (y, p) = try rows(labels, best)
    let hits = try accumulate(
      try occurs(p, in: y, classID), options.weights, atK("true_positive", k, classID))
    let missed = try graph.multiply(
      .tensor(try occurs(y, in: p, classID, negated: true)), .tensor(try distinct(y)))
    return try share(hits, try accumulate(missed, options.weights, atK("false_negative", k, classID)), options)
  }

  /// The share of the k best predictions that are labels.
  public static func precisionAtK(
    labels: Output, predictions: Output, k: Int, classID: Int? = nil, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    try scoped(predictions.graph, options, atK("precision", k, classID)) {
      try precisionAtTopK(labels: labels, best: try topK(predictions, k), k: k, classID: classID, options)
    }
  }

  /// ``precisionAtK(labels:predictions:k:classID:_:)`` for predictions that are class numbers already.
  public static func precisionAtTopK(
    labels: Output, indices: Output, k: Int? = nil, classID: Int? = nil, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let count = try k ?? indices.shape[-1] ?? { throw EngineError.value("k must be known") }()
    return try scoped(indices.graph, options, atK("precision", count, classID)) {
      try precisionAtTopK(labels: labels, best: indices, k: count, classID: classID, options)
    }
  }

  private static func precisionAtTopK(
    labels: Output, best: Output, k: Int, classID: Int?, _ options: MetricOptions
  ) throws -> MetricResult {
    let (y, p) = try rows(labels, best)
    let hits = try accumulate(
      try occurs(p, in: y, classID), options.weights, atK("true_positive", k, classID))
    let wrong = try accumulate(
      try occurs(p, in: y, classID, negated: true), options.weights, atK("false_positive", k, classID))
    return try share(hits, wrong, options)
  }

  /// The mean over examples of the average precision of the k best predictions.
  public static func averagePrecisionAtK(
    labels: Output, predictions: Output, k: Int, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, atK("average_precision", k, nil)) {
      let (y, p) = try rows(labels, try topK(predictions, k))
      let relevant = try occurs(p, in: y, nil)
      let running = try graph.apply("Cumsum", .tensor(relevant), .integer(1))
      try checkRoom(for: k, of: Double.self)
      let positions = try graph.constant((1...k).map { Double($0) })
      let precisions = try graph.divide(.tensor(running), .tensor(positions))
      let sums = try graph.reduce(
        "Sum", .tensor(try graph.multiply(.tensor(precisions), .tensor(relevant))), axes: [1])
      let most = Double(min(k, y.shape[1] ?? k))
      var averages = try graph.divide(.tensor(sums), .number(most))
      let number: Output
      if let weights = options.weights {
        let flat = try rowWeights(weights, averages)
        let each = try graph.multiply(.tensor(try graph.onesLike(averages)), .tensor(flat))
        averages = try graph.multiply(.tensor(averages), .tensor(flat))
        number = try graph.reduce("Sum", .tensor(each), axes: [0])
      } else {
        number = try graph.cast(try graph.size(averages), to: .float64)
      }
      let maximum = try variable(graph, "max", dtype: .float64)
      let total = try variable(graph, "total", dtype: .float64)
      let maximumUpdate = try maximum.assignAdd(.tensor(number))
      let totalUpdate = try total.assignAdd(.tensor(try graph.reduce("Sum", .tensor(averages), axes: [0])))
      let value = try graph.divideNoNaN(.variable(total), .variable(maximum), "mean")
      let update = try graph.divideNoNaN(.update(totalUpdate), .update(maximumUpdate), "update")
      return finish(value, update, options)
    }
  }
}
