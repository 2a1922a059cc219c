import EngineCore
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
      try Platform.sleepInterruptibly(seconds: startDelaySecs)
    }
    while true {
      let start = Platform.monotonicTime()
      if case .evaluated(let step, _, _) = try evaluateAndExport(), let maxSteps, step >= maxSteps {
        Logger.info("Exiting evaluation, global_step=\(step) >= train max_steps=\(maxSteps)")
        return
      }
      let rest = throttleSecs - (Platform.monotonicTime() - start)
      // Without a pause the directory would be read all the time.
      try Platform.sleepInterruptibly(seconds: max(rest, 0.05))
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
