import EngineBuilders
import EngineCore
import EngineGraph

/// What a model function returns: the ops and tensors of one mode, checked.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/EstimatorSpec
public final class EstimatorSpec {
  /// A field where a list of hooks is expected; `nil` stands for an object that is not a hook, with its description.
  public enum HookValue {
    case hook(SessionRunHook)
    case other(String)
  }

  /// A field that may be absent, of the right type, or something else.
  public enum Field<Wrapped> {
    case absent
    case value(Wrapped)
    case other(String)
  }

  /// The fields as they are handed in.
  public struct Fields {
    public var predictions: SpecValue?
    public var loss: SpecValue?
    public var trainOp: SpecValue?
    public var evalMetricOps: Field<[(name: String, metric: SpecMetric)]> = .absent
    public var exportOutputs: Field<[(name: String, output: Field<ExportOutput>)]> = .absent
    public var trainingChiefHooks: [HookValue] = []
    public var trainingHooks: [HookValue] = []
    public var scaffold: Field<Scaffold> = .absent
    public var evaluationHooks: [HookValue] = []
    public var predictionHooks: [HookValue] = []
    public init() {}
  }

  public let mode: String
  public let predictions: SpecValue?
  /// A scalar when its element count was known; the tensor of a variable otherwise stays as it is.
  public let loss: SpecValue?
  public let trainOp: SpecValue?
  public let evalMetricOps: [MetricOps]
  public let exportOutputs: [(name: String, output: ExportOutput)]?
  public let trainingChiefHooks: [SessionRunHook]
  public let trainingHooks: [SessionRunHook]
  public let scaffold: Scaffold
  public let evaluationHooks: [SessionRunHook]
  public let predictionHooks: [SessionRunHook]

  /// Checks the fields for a mode.
  ///
  /// - Parameter graph: the graph that all tensors must be of; `nil` skips that check.
  /// **Errors**: `ValueError` for missing fields, non-scalar loss and foreign tensors; `TypeError` for anything that is
  /// not what the field wants.
  public init(mode: String, graph: Graph?, _ fields: Fields) throws {
    self.mode = mode
    trainOp = try EstimatorSpec.checkTrainOp(fields.trainOp, mode, graph)
    loss = try EstimatorSpec.checkLoss(fields.loss, mode, graph)
    predictions = try EstimatorSpec.checkPredictions(fields.predictions, mode, graph)
    exportOutputs = try EstimatorSpec.checkExportOutputs(fields.exportOutputs, predictions, mode)
    trainingHooks = try EstimatorSpec.checkHooks(fields.trainingHooks)
    evaluationHooks = try EstimatorSpec.checkHooks(fields.evaluationHooks)
    predictionHooks = try EstimatorSpec.checkHooks(fields.predictionHooks)
    trainingChiefHooks = try EstimatorSpec.checkHooks(fields.trainingChiefHooks)
    evalMetricOps = try EstimatorSpec.checkMetrics(fields.evalMetricOps, graph)
    switch fields.scaffold {
    case .absent: scaffold = Scaffold()
    case .value(let given): scaffold = given
    case .other(let text): throw EngineError.type("scaffold must be tf.train.Scaffold. Given: \(text)")
    }
  }

  // MARK: Checks

  private static func checkGraph(_ value: SpecValue, key: String? = nil, of field: String, _ graph: Graph?) throws {
    guard let graph, let owner = value.graph, owner !== graph else { return }
    let name = key.map { "\($0): \(value.name)" } ?? value.name
    throw EngineError.value(
      "\(field) with \"\(name)\" must be from the default graph. It was made in another graph: either outside of the "
        + "model function, or in an earlier call of it.")
  }

  private static func checkTrainOp(_ value: SpecValue?, _ mode: String, _ graph: Graph?) throws -> SpecValue? {
    guard let value else {
      if mode == ModeKeys.train { throw EngineError.value("Missing train_op.") }
      return nil
    }
    var operation = value
    switch value {
    case .output, .node: break
    case .variable(let variable): operation = .node(variable.handle.node)
    case .dict, .other:
      throw EngineError.type("train_op must be Operation or Tensor, given: \(value.description)")
    }
    try checkGraph(operation, of: "train_op", graph)
    return operation
  }

  private static func checkLoss(_ value: SpecValue?, _ mode: String, _ graph: Graph?) throws -> SpecValue? {
    guard let value else {
      if mode == ModeKeys.train || mode == ModeKeys.evaluate { throw EngineError.value("Missing loss.") }
      return nil
    }
    guard let tensor = value.tensor else {
      throw EngineError.type("loss must be Tensor, given: \(value.description)")
    }
    var loss = value
    let shape = tensor.shape
    if let count = shape.elementCount, count != 1 {
      throw EngineError.value("Loss must be scalar, given: \(value.description)")
    }
    if let dimensions = shape.dimensions, !dimensions.isEmpty {
      // TensorFlow makes this constant twice, and the number of nodes gives later operations their seeds.
      _ = try tensor.graph.constant(try Tensor([Float](), shape: [0]), name: "Reshape/shape")
      let target = try tensor.graph.constant(try Tensor([Int32](), shape: [0]), name: "Reshape/shape")
      loss = .output(try tensor.graph.op("Reshape", tensor, target, name: "Reshape"))
    }
    try checkGraph(loss, of: "loss", graph)
    return loss
  }

  private static func checkPredictions(_ value: SpecValue?, _ mode: String, _ graph: Graph?) throws -> SpecValue? {
    guard let value else {
      if mode == ModeKeys.predict { throw EngineError.value("Missing predictions.") }
      return nil
    }
    if case .dict(let pairs) = value {
      for (key, item) in pairs {
        guard item.isTensorLike else {
          throw EngineError.type("predictions[\(key.text)] must be Tensor, given: \(item.description)")
        }
        try checkGraph(item, key: key.text, of: "prediction values", graph)
      }
    } else {
      guard value.isTensorLike else {
        throw EngineError.type("predictions must be Tensor, given: \(value.description)")
      }
      try checkGraph(value, of: "prediction values", graph)
    }
    return value
  }

  private static func checkExportOutputs(
    _ field: Field<[(name: String, output: Field<ExportOutput>)]>, _ predictions: SpecValue?, _ mode: String
  ) throws -> [(name: String, output: ExportOutput)]? {
    guard mode == ModeKeys.predict else {
      guard case .value(let given) = field else { return nil }
      return given.compactMap { entry in
        if case .value(let output) = entry.output { return (entry.name, output) }
        return nil
      }
    }
    switch field {
    case .absent:
      return [(ModeKeys.defaultServingKey, try PredictOutput(outputs: predictions ?? .dict([])))]
    case .other(let text):
      throw EngineError.type("`export_outputs` must be dict, received: \(text).")
    case .value(let given):
      var outputs: [(name: String, output: ExportOutput)] = []
      for (name, value) in given {
        guard case .value(let output) = value else {
          let shown = if case .other(let text) = value { text } else { "None" }
          throw EngineError.type(
            "Values in `export_outputs` must be ExportOutput objects, received: {'\(name)': \(shown)}.")
        }
        outputs.append((name, output))
      }
      if outputs.count == 1, outputs[0].name != ModeKeys.defaultServingKey {
        outputs.append((ModeKeys.defaultServingKey, outputs[0].output))
      } else if outputs.count > 1, !outputs.contains(where: { $0.name == ModeKeys.defaultServingKey }) {
        throw EngineError.value(
          "Multiple `export_outputs` were provided, but none of them are specified as the default. Use "
            + "`tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY` to specify a default.")
      }
      return outputs
    }
  }

  private static func checkHooks(_ hooks: [HookValue]) throws -> [SessionRunHook] {
    try hooks.map {
      switch $0 {
      case .hook(let hook): return hook
      case .other(let text):
        throw EngineError.type("All hooks must be SessionRunHook instances, given: \(text)")
      }
    }
  }

  private static func checkMetrics(
    _ field: Field<[(name: String, metric: SpecMetric)]>, _ graph: Graph?
  ) throws -> [MetricOps] {
    switch field {
    case .absent: return []
    case .other(let text): throw EngineError.type("eval_metric_ops must be a dict, given: \(text)")
    case .value(let metrics):
      return try metrics.map { name, metric in
        let ops = try metricOps(name, metric, graph)
        for leaf in ops.values + ops.updates {
          if case .other(let text) = leaf {
            throw EngineError(
              kind: .attribute, code: .invalidArgument, "a part of metric '\(name)' is not of a graph: \(text)")
          }
          try checkGraph(leaf, key: name, of: "eval_metric_ops", graph)
        }
        return ops
      }
    }
  }

  private static func metricOps(_ name: String, _ metric: SpecMetric, _ graph: Graph?) throws -> MetricOps {
    switch metric {
    case .pair(let values, let updates): return MetricOps(name: name, values: values, updates: updates)
    case .keras(let label, let result, let updates, let variables):
      guard let first = updates.first else {
        throw EngineError.value("Please call update_state(...) on the \"\(label)\" metric")
      }
      for variable in variables {
        let owner = variable.handle.graph
        for collection in [CollectionName.localVariables, CollectionName.metricVariables]
        where !owner.collection(collection).contains(where: { $0.isSame(as: .object(variable)) }) {
          owner.addToCollection(collection, .object(variable))
        }
      }
      return MetricOps(name: name, values: [result], updates: [first])
    case .other(let text):
      throw EngineError.type(
        "Values of eval_metric_ops must be (metric_value, update_op) tuples, given: \(text) for key: \(name)")
    }
  }
}
