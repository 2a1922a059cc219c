import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

extension TrainSpec {
  /// Training on a dataset, up to a global step.
  /// **Errors**: `ValueError` for a limit that is not positive.
  public init(
    on dataset: Dataset, maxSteps: Int? = nil, hooks: [SessionRunHook] = [],
    savingListeners: [CheckpointSaverListener] = []
  ) throws {
    try self.init(
      maxSteps: maxSteps, hooks: hooks, savingListeners: savingListeners, builder: { try $0.builder(dataset) })
  }
}

extension EvalSpec {
  /// Evaluation on a dataset, and who exports its results.
  ///
  /// - Parameters:
  ///   - steps: batches of an evaluation; `nil` for the whole dataset.
  ///   - startDelaySecs: seconds that an evaluating process waits before its first evaluation.
  ///   - throttleSecs: seconds that lie between two evaluations at least.
  /// **Errors**: `ValueError` for a step count that is not positive, for negative times, and for exporters without a
  /// name of their own.
  public init(
    on dataset: Dataset, steps: Int? = 100, name: String? = nil, hooks: [SessionRunHook] = [],
    exporters: [Exporter] = [], startDelaySecs: Double = 120, throttleSecs: Double = 600
  ) throws {
    try self.init(
      steps: steps, name: name, hooks: hooks, exporters: exporters, startDelaySecs: startDelaySecs,
      throttleSecs: throttleSecs, builder: { try $0.builder(dataset) })
  }
}

extension InMemoryEvaluatorHook {
  /// Evaluates on a dataset in the course of training.
  /// **Errors**: `ValueError` for an interval that is not positive, and when several machines train.
  public convenience init(
    _ estimator: Estimator, on dataset: Dataset, steps: Int? = nil, hooks: [SessionRunHook] = [],
    name: String? = nil, everyIterations: Int = 100
  ) throws {
    try self.init(
      estimator, steps: steps, hooks: hooks, name: name, everyIterations: everyIterations,
      try estimator.builder(dataset))
  }
}

extension Estimator {
  /// Builds more metrics for an evaluation, from what the model function gets and what it predicts.
  public typealias MetricFunction =
    (_ features: Features, _ labels: Output?, _ predictions: [String: Output]) throws -> [String: MetricResult]

  /// An Estimator of the same directory whose evaluations have more metrics; one of a name that there is replaces it.
  ///
  /// The model's evaluation spec must have predictions for the function to get any.
  public func addingMetrics(_ metrics: @escaping MetricFunction) throws -> Estimator {
    let model = try modelBox()
    let warmStart = (attachments["warm_start"] as? WarmStartBox)?.settings
    let result = try Estimator(modelDir: modelDir, config: config, warmStart: warmStart) { features, labels, mode in
      let spec = try model.function(features, labels, mode)
      guard mode == .evaluate else { return spec }
      return try spec.addingMetrics(try metrics(features, labels, spec.namedPredictions))
    }
    result.createGlobalStep = createGlobalStep
    return result
  }
}

extension EstimatorSpec {
  /// The predictions that are tensors, by name; a single one is called `output`.
  public var namedPredictions: [String: Output] {
    switch predictions {
    case .dict(let pairs)?:
      var result: [String: Output] = [:]
      for (key, value) in pairs {
        if case .output(let output) = value { result[key.text] = output }
      }
      return result
    case .output(let output)?: return ["output": output]
    default: return [:]
    }
  }
}
