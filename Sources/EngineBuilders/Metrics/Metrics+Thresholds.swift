import EngineCore
import EngineGraph

extension Metrics {
  /// Counts of some cells for each of several thresholds.
  struct ThresholdCounts {
    var values: [ConfusionCell: Variable] = [:]
    var updates: [ConfusionCell: VariableUpdate] = [:]

    func value(_ cell: ConfusionCell) throws -> Operand {
      guard let variable = values[cell] else { throw EngineError.internal("no count of \(cell.rawValue)") }
      return .variable(variable)
    }
    func update(_ cell: ConfusionCell) throws -> Operand {
      guard let update = updates[cell] else { throw EngineError.internal("no update of \(cell.rawValue)") }
      return .update(update)
    }
  }

  /// Thresholds spread over [0, 1], the outer ones a little outside.
  static func spread(_ count: Int, lastAbove: Bool = true) throws -> [Double] {
    guard count >= 2 else { throw EngineError.value("num_thresholds must be at least 2, got \(count)") }
    try checkRoom(for: count, of: Double.self)
    let inner = (1..<max(count - 1, 1)).map { Double($0) / Double(count - 1) }
    return [-1e-7] + inner + [lastAbove ? 1 + 1e-7 : 1 - 1e-7]
  }

  private static func bound(_ predictions: Output, _ op: String, _ scope: String, _ sign: String, _ limit: Double)
    throws -> Node
  {
    let graph = predictions.graph
    let limit = try graph.withNameScope("Cast") { _ in
      try graph.constant(Tensor(scalar: limit, dtype: predictions.dtype), name: "x")
    }
    return try graph.withNameScope(scope) { _ in
      let holds = try graph.op(op, predictions, limit)
      let all = try graph.reduce("All", .tensor(holds))
      return try graph.withNameScope("Assert") { _ in
        let texts = try [
          "predictions must be in [0, 1]", "Condition x \(sign) y did not hold element-wise:",
          "x (\(predictions.name)) = ", "y (\(limit.name)) = ",
        ].map { try graph.constant(Tensor(string: $0)) }
        return try graph.withNameScope("AssertGuard") { _ in
          try graph.addNode(
            "Assert", arguments: [[all], [texts[0], texts[1], texts[2], predictions, texts[3], limit]])
        }
      }
    }
  }

  static func counts(
    _ labels: Output, _ predictions: Output, _ thresholds: [Double], _ weights: Output?,
    _ cells: [ConfusionCell] = ConfusionCell.allCases
  ) throws -> ThresholdCounts {
    let graph = predictions.graph
    let checks = [
      try bound(predictions, "GreaterEqual", "assert_greater_equal", ">=", 0),
      try bound(predictions, "LessEqual", "assert_less_equal", "<=", 1),
    ]
    var fitted = try graph.withControlDependencies(checks) {
      try squeezed(
        predictions: try graph.cast(predictions, to: .float32), labels: try graph.cast(labels, to: .bool),
        weights: weights)
    }
    let predictions = fitted.predictions
    guard let labels = fitted.labels else { throw EngineError.internal("the counts lost their labels") }
    let number = thresholds.count
    let column = try graph.reshape(predictions, [-1, 1])
    let row = try graph.reshape(labels, [1, -1])
    let shape: Output
    var size: Output?
    if column.shape[0] == nil { size = try graph.element(try graph.shapeVector(column), 0) }
    let limits = try graph.constant(thresholds.map { Float($0) })
    let standing = try graph.apply("ExpandDims", .tensor(limits), .integers([1]))
    if let size {
      shape = try graph.pack([.integer(1), .tensor(size)])
    } else {
      shape = try graph.constant([Int32(1), Int32(truncatingIfNeeded: column.shape[0] ?? 0)], name: "stack")
    }
    let limitTable = try graph.addNode("Tile", [standing, shape]).output()
    let lying = try graph.withNameScope("transpose") { scope in
      let order = try graph.constant([Int32(1), 0], name: "perm")
      return try graph.addNode("Transpose", [column, order], name: scope).output()
    }
    func tiled(_ x: Output) throws -> Output { try graph.apply("Tile", .tensor(x), .integers([number, 1])) }
    let isPredicted = try graph.op("Greater", try tiled(lying), limitTable)
    let isNotPredicted =
      cells.contains { !$0.prediction } ? try graph.op("LogicalNot", isPredicted) : isPredicted
    let isLabelled = try tiled(row)
    let isNotLabelled = cells.contains { !$0.label } ? try graph.op("LogicalNot", isLabelled) : isLabelled
    var weightTable: Output?
    if let weights = fitted.weights {
      fitted.weights = try WeightBroadcast.broadcast(try graph.cast(weights, to: .float32), to: predictions)
      weightTable = try tiled(try graph.reshape(fitted.weights ?? weights, [1, -1]))
    }
    var result = ThresholdCounts()
    for cell in ConfusionCell.allCases where cells.contains(cell) {
      let count = try variable(graph, cell.rawValue, shape: [number])
      let condition = try graph.op(
        "LogicalAnd", cell.label ? isLabelled : isNotLabelled, cell.prediction ? isPredicted : isNotPredicted)
      var values = try graph.cast(condition, to: .float32)
      if let weightTable { values = try graph.multiply(.tensor(values), .tensor(weightTable)) }
      result.values[cell] = count
      result.updates[cell] = try count.assignAdd(.tensor(try graph.reduce("Sum", .tensor(values), axis: 1)))
    }
    return result
  }

  /// The weighted number of examples in a cell, for each threshold.
  public static func count(
    _ cell: ConfusionCell, labels: Output, predictions: Output, thresholds: [Double], _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, cell.rawValue) {
      let counts = try counts(labels, predictions, thresholds, options.weights, [cell])
      let value = try graph.apply("Identity", try counts.value(cell))
      guard let update = counts.updates[cell] else { throw EngineError.internal("a count without an update") }
      return finish(value, update.read, options)
    }
  }

  /// `tp / (1e-7 + tp + fp)` for each threshold.
  public static func precision(
    labels: Output, predictions: Output, thresholds: [Double], _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    try share("precision", .falsePositives, labels, predictions, thresholds, options)
  }

  /// `tp / (1e-7 + tp + fn)` for each threshold.
  public static func recall(
    labels: Output, predictions: Output, thresholds: [Double], _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    try share("recall", .falseNegatives, labels, predictions, thresholds, options)
  }

  private static func share(
    _ name: String, _ other: ConfusionCell, _ labels: Output, _ predictions: Output, _ thresholds: [Double],
    _ options: MetricOptions
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, "\(name)_at_thresholds") {
      let counts = try counts(labels, predictions, thresholds, options.weights, [.truePositives, other])
      func share(_ hits: Operand, _ misses: Operand, _ suffix: String) throws -> Output {
        let sum = try graph.add(.number(1e-7), .tensor(try read(hits, graph)))
        let all = try graph.add(.tensor(sum), misses)
        return try graph.divide(hits, .tensor(all), "\(name)_\(suffix)")
      }
      let value = try share(try counts.value(.truePositives), try counts.value(other), "value")
      let update = try share(try counts.update(.truePositives), try counts.update(other), "update_op")
      return finish(value, update, options)
    }
  }

  /// Reads a variable here; Python's operators read their left operand outside the operation's scope.
  static func read(_ operand: Operand, _ graph: Graph) throws -> Output { try graph.tensor(operand) }
}
