import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Evaluates new checkpoints of a training, and exports the results.
///
/// The work itself is done by closures, so that a host's own estimators and exporters can do it.
public final class Evaluator<Metrics, Export> {
  /// What an evaluation came to.
  public enum Outcome {
    case evaluated(step: Int, Metrics, [Export])
    case missingCheckpoint
    case noNewCheckpoint
  }

  public typealias Evaluate = (_ checkpoint: String) throws -> (step: Int, metrics: Metrics)
  public typealias ExportResults = (_ checkpoint: String, Metrics, _ isFinal: Bool) throws -> [Export]

  private let maxSteps: Int?
  private let latestCheckpoint: () throws -> String?
  private let evaluate: Evaluate
  private let export: ExportResults
  private var previousCheckpoint: String?
  private var lastWarning = -Double.infinity
  private var finalExportDone = false

  public init(
    maxSteps: Int?, latestCheckpoint: @escaping () throws -> String?, evaluate: @escaping Evaluate,
    export: @escaping ExportResults
  ) {
    self.maxSteps = maxSteps
    self.latestCheckpoint = latestCheckpoint
    self.evaluate = evaluate
    self.export = export
  }

  /// Evaluates the latest checkpoint, unless that has been done.
  public func evaluateAndExport() throws -> Outcome {
    guard let checkpoint = try latestCheckpoint(), !checkpoint.isEmpty else {
      warn("Estimator is not trained yet. Will start an evaluation when a checkpoint is ready.")
      return .missingCheckpoint
    }
    if checkpoint == previousCheckpoint {
      warn(
        "No new checkpoint ready for evaluation. Skip the current evaluation pass as evaluation results are expected to "
          + "be same for the same checkpoint.")
      return .noNewCheckpoint
    }
    let (step, metrics) = try evaluate(checkpoint)
    let isFinal = maxSteps.map { step >= $0 } ?? false
    if isFinal && finalExportDone {
      Logger.info("The final export has been done before. Skip the final export this time.")
    }
    let exports = try export(checkpoint, metrics, isFinal && !finalExportDone)
    if isFinal { finalExportDone = true }
    previousCheckpoint = checkpoint
    return .evaluated(step: step, metrics, exports)
  }

  /// At most every ten minutes.
  private func warn(_ message: String) {
    let now = Platform.monotonicTime()
    if now - lastWarning > 600 {
      lastWarning = now
      Logger.warning(message)
    }
  }

  /// Evaluates checkpoints as they appear, until one has come to the last step. For a process of its own.
  public func runContinuously(startDelaySecs: Double, throttleSecs: Double) throws {
    if startDelaySecs > 0 {
      Logger.info("Waiting \(Platform.format("%f", startDelaySecs)) secs before starting eval.")
      try sleep(startDelaySecs)
    }
    while true {
      let start = Platform.monotonicTime()
      if case .evaluated(let step, _, _) = try evaluateAndExport(), let maxSteps, step >= maxSteps {
        Logger.info("Exiting evaluation, global_step=\(step) >= train max_steps=\(maxSteps)")
        return
      }
      let rest = throttleSecs - (Platform.monotonicTime() - start)
      // Without a pause the directory would be read all the time.
      try sleep(max(rest, 0.05))
    }
  }

  private func sleep(_ seconds: Double) throws {
    let end = Platform.monotonicTime() + seconds
    while true {
      try Interrupt.check()
      let rest = end - Platform.monotonicTime()
      if rest <= 0 { return }
      Platform.sleep(seconds: min(rest, 0.5))
    }
  }
}

/// Evaluates between trainings whenever a checkpoint has been saved, but not too often.
public final class EvaluationListener<Metrics, Export>: CheckpointSaverListener {
  private let evaluator: Evaluator<Metrics, Export>
  private let throttleSecs: Double
  private var timer: SecondOrStepTimer
  private var isFirst = true
  /// The last evaluation's metrics and exports.
  public private(set) var result: (metrics: Metrics, exports: [Export])?

  public init(_ evaluator: Evaluator<Metrics, Export>, throttleSecs: Double) throws {
    self.evaluator = evaluator
    self.throttleSecs = throttleSecs
    timer = try SecondOrStepTimer(everySecs: throttleSecs)
  }

  public override func begin(_ graph: Graph) throws {
    timer.reset()
    isFirst = true
  }

  public override func afterSave(_ session: Session, _ step: Int) throws -> Bool {
    // The first checkpoint is that of the start.
    if isFirst {
      isFirst = false
      return false
    }
    guard timer.shouldTrigger(forStep: step) else {
      Logger.info(
        "Skip the current checkpoint eval due to throttle secs (\(Platform.format("%g", throttleSecs)) secs).")
      return false
    }
    try evaluate(step)
    return false
  }

  public override func end(_ session: Session, _ step: Int) throws {
    if step != timer.lastTriggeredStep { try evaluate(step) }
  }

  private func evaluate(_ step: Int) throws {
    timer.updateLastTriggeredStep(step)
    switch try evaluator.evaluateAndExport() {
    case .evaluated(_, let metrics, let exports): result = (metrics, exports)
    case .missingCheckpoint, .noNewCheckpoint:
      throw EngineError.runtime(
        "There was no new checkpoint after the training. Eval status: no new checkpoint")
    }
  }
}

extension Estimator {
  /// Trains, and evaluates and exports on the way and at the end, in this process.
  ///
  /// - Returns: metrics and exports of the last evaluation; `nil` when there was nothing to train.
  /// **Errors**: as ``train(hooks:steps:maxSteps:savingListeners:_:)`` and `evaluate`; `RuntimeError` when an evaluation
  /// finds no new checkpoint.
  @discardableResult
  public func trainAndEvaluate(
    _ training: TrainSpec, _ evaluation: EvalSpec
  ) throws -> (metrics: [MetricValue], exports: [String?])? {
    let evaluator = self.evaluator(training, evaluation)
    if config.taskType == "evaluator" {
      try evaluator.runContinuously(
        startDelaySecs: evaluation.startDelaySecs, throttleSecs: evaluation.throttleSecs)
      return nil
    }
    Logger.info("Running training and evaluation locally (non-distributed).")
    let listener = try EvaluationListener(evaluator, throttleSecs: evaluation.throttleSecs)
    try train(
      hooks: training.hooks, maxSteps: training.maxSteps, savingListeners: training.savingListeners + [listener],
      training.build)
    return listener.result
  }

  private func evaluator(_ training: TrainSpec, _ evaluation: EvalSpec) -> Evaluator<[MetricValue], String?> {
    Evaluator(
      maxSteps: training.maxSteps, latestCheckpoint: latestCheckpoint,
      evaluate: { checkpoint in
        let metrics = try self.evaluate(
          hooks: evaluation.hooks, steps: evaluation.steps, checkpointPath: checkpoint, name: evaluation.name,
          evaluation.build)
        let step = try metrics.first { $0.name == CollectionName.globalStep }?.values.first?.integerScalar()
        guard let step else {
          throw EngineError.value("Internal error: `Estimator.evaluate` result has no `global_step`.")
        }
        return (step, metrics)
      },
      export: { checkpoint, metrics, isFinal in
        try evaluation.exporters.map { exporter in
          try exporter.export(
            self, to: FileSystem.join(FileSystem.join(self.modelDir, "export"), exporter.name), checkpoint: checkpoint,
            results: metrics, isFinal: isFinal)
        }
      })
  }
}
