import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

extension EstimatorSpec {
  /// The spec of a training step.
  ///
  /// - Parameters:
  ///   - loss: a scalar.
  ///   - trainOp: what a step runs.
  ///   - hooks: hooks of every process; `chiefHooks` are those of the one that saves checkpoints.
  ///   - scaffold: how a session starts, where the defaults will not do.
  /// **Errors**: `ValueError` for a loss that is no scalar, and for tensors of another graph.
  public static func train(
    loss: Output, trainOp: Node, predictions: [String: Output] = [:], hooks: [SessionRunHook] = [],
    chiefHooks: [SessionRunHook] = [], scaffold: Scaffold? = nil
  ) throws -> EstimatorSpec {
    var fields = Fields()
    fields.loss = .output(loss)
    fields.trainOp = .node(trainOp)
    fields.predictions = named(predictions)
    fields.trainingHooks = hooks.map { .hook($0) }
    fields.trainingChiefHooks = chiefHooks.map { .hook($0) }
    if let scaffold { fields.scaffold = .value(scaffold) }
    return try EstimatorSpec(mode: ModeKeys.train, graph: loss.graph, fields)
  }

  /// The spec of an evaluation.
  /// - Parameter metrics: metrics over all batches; the loss and the global step are added to them.
  /// **Errors**: `ValueError` for a loss that is no scalar, and for tensors of another graph.
  public static func evaluate(
    loss: Output, metrics: [String: MetricResult] = [:], predictions: [String: Output] = [:],
    hooks: [SessionRunHook] = [], scaffold: Scaffold? = nil
  ) throws -> EstimatorSpec {
    var fields = Fields()
    fields.loss = .output(loss)
    fields.evalMetricOps = .value(specMetrics(metrics))
    fields.predictions = named(predictions)
    fields.evaluationHooks = hooks.map { .hook($0) }
    if let scaffold { fields.scaffold = .value(scaffold) }
    return try EstimatorSpec(mode: ModeKeys.evaluate, graph: loss.graph, fields)
  }

  /// The spec of predictions.
  /// - Parameter exportOutputs: what an export offers, by signature; default: the predictions.
  /// **Errors**: `ValueError` for tensors of another graph, and for several export outputs without a
  /// `serving_default`.
  public static func predict(
    _ predictions: [String: Output], in graph: Graph, exportOutputs: [String: ExportOutput] = [:],
    hooks: [SessionRunHook] = [], scaffold: Scaffold? = nil
  ) throws -> EstimatorSpec {
    var fields = Fields()
    fields.predictions = named(predictions) ?? .dict([])
    if !exportOutputs.isEmpty {
      fields.exportOutputs = .value(exportOutputs.sorted { $0.key < $1.key }.map { ($0.key, .value($0.value)) })
    }
    fields.predictionHooks = hooks.map { .hook($0) }
    if let scaffold { fields.scaffold = .value(scaffold) }
    return try EstimatorSpec(mode: ModeKeys.predict, graph: graph, fields)
  }

  /// A copy with more metrics; one of a name that there is replaces it.
  /// **Errors**: `ValueError` for tensors of another graph.
  public func addingMetrics(_ metrics: [String: MetricResult]) throws -> EstimatorSpec {
    var fields = Fields()
    fields.predictions = predictions
    fields.loss = loss
    fields.trainOp = trainOp
    let kept = evalMetricOps.filter { metrics[$0.name] == nil }
    fields.evalMetricOps = .value(
      kept.map { ($0.name, .pair(values: $0.values, updates: $0.updates)) } + EstimatorSpec.specMetrics(metrics))
    if let exportOutputs { fields.exportOutputs = .value(exportOutputs.map { ($0.name, .value($0.output)) }) }
    fields.trainingChiefHooks = trainingChiefHooks.map { .hook($0) }
    fields.trainingHooks = trainingHooks.map { .hook($0) }
    fields.evaluationHooks = evaluationHooks.map { .hook($0) }
    fields.predictionHooks = predictionHooks.map { .hook($0) }
    fields.scaffold = .value(scaffold)
    return try EstimatorSpec(mode: mode, graph: nil, fields)
  }

  private static func named(_ predictions: [String: Output]) -> SpecValue? {
    if predictions.isEmpty { return nil }
    return .dict(predictions.sorted { $0.key < $1.key }.map { (SpecKey($0.key), .output($0.value)) })
  }

  private static func specMetrics(_ metrics: [String: MetricResult]) -> [(name: String, metric: SpecMetric)] {
    metrics.sorted { $0.key < $1.key }.map {
      ($0.key, .pair(values: [.output($0.value.value)], updates: [.output($0.value.update)]))
    }
  }
}

extension PredictOutput {
  /// Tensors by the names that callers get them under.
  public convenience init(_ outputs: [String: Output]) throws {
    try self.init(outputs: .dict(outputs.sorted { $0.key < $1.key }.map { (SpecKey($0.key), .output($0.value)) }))
  }
}

extension RegressionOutput {
  /// **Errors**: `ValueError` unless it is a floating-point tensor.
  public convenience init(_ value: Output) throws { try self.init(value: .output(value)) }
}

extension ClassificationOutput {
  /// **Errors**: `ValueError` when both are missing, scores are not floating-point or classes not strings.
  public convenience init(scoreTensor: Output? = nil, classTensor: Output? = nil) throws {
    try self.init(scores: scoreTensor.map { .output($0) }, classes: classTensor.map { .output($0) })
  }
}
