import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// The value of one metric: its leaves, as many as the model function gave.
public struct MetricValue {
  public let name: String
  public let values: [Tensor]

  public init(name: String, values: [Tensor]) {
    self.name = name
    self.values = values
  }
}

extension Estimator {
  /// Evaluates a checkpoint on an input, and writes the metrics to the evaluation directory.
  ///
  /// - Parameters:
  ///   - steps: how many batches; default: until the input ends.
  ///   - checkpointPath: default: the latest; without any, variables have their initial values.
  ///   - name: tells several evaluations apart.
  /// - Returns: the metrics and `loss` (the mean over batches) by name, then `global_step`.
  /// **Errors**: `ValueError` for metrics with reserved names; whatever the program's functions and the run report.
  public func evaluate(
    hooks: [SessionRunHook] = [], steps: Int? = nil, checkpointPath: String? = nil, name: String? = nil,
    _ build: ModelBuilder
  ) throws -> [MetricValue] {
    try Estimator.checkStepCount(steps, "steps")
    let checkpoint = try existingCheckpoint(checkpointPath, purpose: "evaluate")
    let evaluation = try evaluation(checkpoint: checkpoint, build)
    return try evaluation.run(
      inputHooks: evaluation.inputHooks, hooks: hooks, steps: steps, directory: evaluationDirectory(name: name))
  }

  /// Builds the model with its metrics.
  func evaluation(checkpoint: String?, _ build: ModelBuilder) throws -> Evaluation {
    let graph = try newGraph()
    return try evaluation(in: graph, checkpoint: checkpoint, build) {
      if let warmStart, checkpoint == nil { try warmStart(graph) }
    }
  }

  /// Builds model and metrics; `prepare` is called between the two.
  func evaluation(
    in graph: Graph, checkpoint: String?, _ build: ModelBuilder, prepare: () throws -> Void = {}
  ) throws -> Evaluation {
    let model = try build(graph, ModeKeys.evaluate)
    let spec = model.spec
    try prepare()

    let loss = try tensor(spec.loss, "loss")
    for reserved in [CollectionName.globalStep, "loss"]
    where spec.evalMetricOps.contains(where: { $0.name == reserved }) {
      let quoted = reserved == "loss" ? "\"loss\"" : "`\(reserved)`"
      throw EngineError.value(
        "Metric with name \(quoted) is not allowed, because Estimator already defines a default metric with the same "
          + "name.")
    }
    let mean = try Metrics.mean(loss)
    var metrics = spec.evalMetricOps
    let lossMetric = MetricOps(name: "loss", values: [.output(mean.value)], updates: [.output(mean.update)])
    metrics.append(lossMetric)
    model.lossMetricAdded?(lossMetric)
    metrics.sort { $0.name < $1.name }
    let updates = metrics.flatMap { $0.updates.compactMap(\.operation) }
    let update = try graph.group(updates, name: "group_deps")
    if let step = try GlobalStep.read(in: graph) {
      metrics.append(MetricOps(name: CollectionName.globalStep, values: [.output(step)], updates: []))
    }
    var scaffold = spec.scaffold
    if let localInit = scaffold.localInitOp {
      // Metrics need their variables initialised whatever the program does itself.
      let both = try graph.group([localInit, Scaffold.defaultLocalInitOp(graph)], name: "group_deps")
      scaffold = Scaffold(localInitOp: both, copying: scaffold)
    }
    return Evaluation(
      graph: graph, scaffold: scaffold, inputHooks: model.inputHooks, modelHooks: spec.evaluationHooks, update: update,
      metrics: metrics, checkpoint: checkpoint)
  }

  func existingCheckpoint(_ given: String?, purpose: String) throws -> String? {
    if let given, !given.isEmpty { return given }
    guard try latestCheckpoint() != nil, let state = try CheckpointFiles.state(in: modelDir) else {
      Logger.info("Could not find trained model in model_dir: \(modelDir), running initialization to \(purpose).")
      return nil
    }
    return CheckpointFiles.soundPath(of: state)
  }
}

/// A model with its metrics, ready to go over inputs, several times too.
struct Evaluation {
  let graph: Graph
  let scaffold: Scaffold
  /// Start the input that the model was built on.
  let inputHooks: [SessionRunHook]
  let modelHooks: [SessionRunHook]
  let update: Node
  let metrics: [MetricOps]
  let checkpoint: String?

  /// One pass in a session of its own; the metrics also go to the event file of `directory`.
  /// - Parameter initialize: gives variables values that they do not have from elsewhere.
  func run(
    inputHooks: [SessionRunHook], hooks: [SessionRunHook], steps: Int?, directory: String,
    initialize: Scaffold.InitFunction? = nil
  ) throws -> [MetricValue] {
    var all = inputHooks + hooks
    if let steps { all.append(StopAfterRunsHook(limit: steps)) }
    let results = try run(all + modelHooks, initialize)
    try EvaluationSummary.write(results, checkpoint: checkpoint, directory: directory, graph)
    return results
  }

  private func run(_ hooks: [SessionRunHook], _ initialize: Scaffold.InitFunction?) throws -> [MetricValue] {
    Logger.info("Starting evaluation at \(Platform.localTimestamp())")
    let start = Platform.monotonicTime()
    var finals = RunArguments()
    var counts: [Int] = []
    for metric in metrics {
      let before = finals.fetches.count
      for value in metric.values { value.add(to: &finals) }
      counts.append(finals.fetches.count - before)
    }
    let final = FinalOpsHook(fetches: finals.fetches, targets: finals.targets)
    var pieces = scaffold
    if let initialize { pieces = Scaffold(initFunction: initialize, copying: scaffold) }
    let creator = ChiefSessionCreator(graph: graph, scaffold: pieces, checkpointFile: checkpoint)
    let session = try MonitoredSession(graph: graph, creator: creator, hooks: hooks + [final])
    let request = RunArguments(targets: [update])
    try session.use { session in
      while !session.shouldStop { _ = try session.run(request) }
    }
    // Outside of the session's closure, which the end of the input leaves early.
    Logger.info("Inference Time : \(Platform.format("%0.5f", Platform.monotonicTime() - start))s")
    Logger.info("Finished evaluation at \(Platform.localTimestamp(separator: "-"))")
    var position = 0
    return zip(metrics, counts).map { metric, count in
      defer { position += count }
      return MetricValue(name: metric.name, values: Array(final.finalValues[position..<position + count]))
    }
  }
}

/// The event file of evaluations.
enum EvaluationSummary {
  static func write(_ results: [MetricValue], checkpoint: String?, directory: String, _ graph: Graph) throws {
    let step = try results.first { $0.name == CollectionName.globalStep }?.values.first?.integerScalar() ?? 0
    let shown = try results.sorted { $0.name < $1.name }.compactMap { metric -> String? in
      guard let value = metric.values.first else { return nil }
      if metric.values.count == 1 {
        if value.dtype == .string && value.rank == 0 { return nil }
        return "\(metric.name) = \(try NumberText.text(value))"
      }
      return "\(metric.name) = (\(try metric.values.map { try NumberText.text($0) }.joined(separator: ", ")))"
    }
    Logger.info("Saving dict for global step \(step): \(shown.joined(separator: ", "))")
    let writer = try SummaryWriterCache.writer(for: directory, graph: graph)
    var summary = SummaryBuilder()
    for metric in results where metric.name != CollectionName.globalStep {
      guard metric.values.count == 1, let value = metric.values.first else {
        Logger.warning(
          "Skipping summary for \(metric.name), must be a float, np.float32, np.int64, np.int32 or int "
            + "or np.ndarray or a serialized string of Summary.")
        continue
      }
      try summary.add(metric: metric.name, value)
    }
    try writer.addSummary(summary.serialized(), step: step)
    try writer.flush()
    if let checkpoint {
      Logger.info("Saving 'checkpoint_path' summary for global step \(step): \(checkpoint)")
      var summary = SummaryBuilder()
      try summary.addTensor("checkpoint_path", Tensor(string: checkpoint), namesNode: false)
      try writer.addSummary(summary.serialized(), step: step)
      try writer.flush()
    }
  }
}
