import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph

/// The part of a process in training with evaluation in between, as its configuration has it.
public struct DriverRole {
  public var taskType: String?
  public var taskID: Int?
  /// Whether the process is one of a cluster.
  public var isClustered: Bool
  public var parameterServerCount: Int
  public var workerCount: Int
  /// Seconds that a worker waits at most before it begins.
  public var maximumWorkerDelaySecs: Int?
  public var saveCheckpointsSteps: Int?
  public var saveCheckpointsSecs: Double?

  public init(
    taskType: String?, taskID: Int?, isClustered: Bool, parameterServerCount: Int = 0, workerCount: Int = 1,
    maximumWorkerDelaySecs: Int? = nil, saveCheckpointsSteps: Int? = nil, saveCheckpointsSecs: Double? = nil
  ) {
    self.taskType = taskType
    self.taskID = taskID
    self.isClustered = isClustered
    self.parameterServerCount = parameterServerCount
    self.workerCount = workerCount
    self.maximumWorkerDelaySecs = maximumWorkerDelaySecs
    self.saveCheckpointsSteps = saveCheckpointsSteps
    self.saveCheckpointsSecs = saveCheckpointsSecs
  }

  public init(_ config: RunConfig) {
    self.init(
      taskType: config.taskType, taskID: config.taskID, isClustered: !config.cluster.jobs.isEmpty,
      parameterServerCount: config.cluster.parameterServerCount, workerCount: config.cluster.workerCount,
      maximumWorkerDelaySecs: config.experimentalMaxWorkerDelaySecs,
      saveCheckpointsSteps: config.saveCheckpointsSteps, saveCheckpointsSecs: config.saveCheckpointsSecs)
  }

  /// What there is to do. `master` trains and evaluates, as a process without a cluster does.
  enum Work {
    case evaluator, local, trainer(evaluates: Bool)
  }

  /// **Errors**: `ValueError` for tasks that there are not, `RuntimeError` without a number of the task,
  /// `NotImplemented` for clusters in which several processes would train together.
  func work() throws -> Work {
    if taskType == "evaluator" {
      if let taskID, taskID > 0 {
        throw EngineError.value(
          "For distributed training, there can only be one `evaluator` task (with task id 0). Given task id \(taskID)")
      }
      return .evaluator
    }
    guard isClustered else { return .local }
    guard let taskType, !taskType.isEmpty else {
      throw EngineError.value(
        "`estimator.config` must have task_type set. This usually means TF_CONFIG is not set correctly.")
    }
    if taskType == "local" {
      throw EngineError.value(
        "`task.type` in TF_CONFIG cannot be `local`. Leaving `cluster` and `task` properties in TF_CONFIG absent triggers "
          + "train and evaluate `Estimator` locally (non-distributed).")
    }
    guard ["chief", "worker", "master", "ps"].contains(taskType) else {
      throw EngineError.value(
        "Task type \(taskType) is not supported. Supported task types are chief, evaluator, master, ps and worker")
    }
    guard taskID != nil else {
      throw EngineError.runtime(
        "Could not start server; be sure to specify cluster_spec, task_type, master, and task in RunConfig or set the "
          + "TF_CONFIG environment variable.")
    }
    // There are no servers that exchange gradients.
    if parameterServerCount > 0 || workerCount > 1 {
      throw EngineError(
        kind: .notImplemented, code: .unimplemented,
        "train_and_evaluate in a cluster of several training processes is not implemented in swiftestimator")
    }
    return .trainer(evaluates: taskType == "master")
  }

  /// Seconds that the process waits, so that workers do not all begin at once.
  var delaySecs: Double {
    guard taskType == "worker", let taskID else { return 0 }
    return Double(min(maximumWorkerDelaySecs ?? 60, 5 * (min(max(taskID, 0), 1000) + 1)))
  }
}

extension Evaluator {
  /// Does the part of this process: trains, evaluates what has been saved, or both.
  ///
  /// - Parameters:
  ///   - startDelaySecs: how long a process that only evaluates waits first.
  ///   - throttleSecs: how much time lies between two evaluations at least.
  ///   - train: trains, with these listeners besides those that the program has.
  /// - Returns: whether this process has trained without a cluster; what the last evaluation came to then, `nil` when
  ///   there was none.
  /// **Errors**: `ValueError`, `RuntimeError` and `NotImplemented` for a role that cannot be played; those of `train` and
  /// of evaluations.
  public func trainAndEvaluate(
    _ role: DriverRole, startDelaySecs: Double, throttleSecs: Double,
    train: (_ listeners: [CheckpointSaverListener]) throws -> Void
  ) throws -> (isLocal: Bool, result: (metrics: Metrics, exports: [Export])?) {
    Logger.info("Not using Distribute Coordinator.")
    switch try role.work() {
    case .evaluator:
      try runContinuously(startDelaySecs: startDelaySecs, throttleSecs: throttleSecs)
      return (false, nil)
    case .local:
      func show(_ value: Double?) -> String { value.map { NumberText.text($0) } ?? "None" }
      Logger.info("Running training and evaluation locally (non-distributed).")
      Logger.info(
        "Start train and evaluate loop. The evaluate will happen after every checkpoint. Checkpoint frequency is "
          + "determined based on RunConfig arguments: save_checkpoints_steps "
          + "\(role.saveCheckpointsSteps.map(String.init) ?? "None") or save_checkpoints_secs "
          + "\(show(role.saveCheckpointsSecs)).")
      let listener = try EvaluationListener(self, throttleSecs: throttleSecs)
      try train([listener])
      return (true, listener.result)
    case .trainer(let evaluates):
      Logger.info("Skip starting Tensorflow server as there is only one node in the cluster.")
      if role.delaySecs > 0 {
        Logger.info("Waiting \(Platform.format("%g", role.delaySecs)) secs before starting training.")
        try Platform.sleepInterruptibly(seconds: role.delaySecs)
      }
      try train(evaluates ? [EvaluationListener(self, throttleSecs: throttleSecs)] : [])
      return (false, nil)
    }
  }
}

extension Estimator {
  /// Trains, and evaluates and exports on the way and at the end.
  ///
  /// In a process that the environment variable `TF_CONFIG` gives a task, does that task: an evaluator only evaluates,
  /// a chief or worker only trains, a master does both.
  /// - Returns: metrics and exports of the last evaluation; `nil` when there was nothing to train, and for a task.
  /// **Errors**: as ``train(hooks:steps:maxSteps:savingListeners:_:)`` and `evaluate`; `RuntimeError` when an evaluation
  /// finds no new checkpoint; `ValueError` for unknown tasks, `NotImplemented` for a cluster of several trainers.
  @discardableResult
  public func trainAndEvaluate(
    _ training: TrainSpec, _ evaluation: EvalSpec
  ) throws -> (metrics: [MetricValue], exports: [String?])? {
    try evaluator(training, evaluation).trainAndEvaluate(
      DriverRole(config), startDelaySecs: evaluation.startDelaySecs, throttleSecs: evaluation.throttleSecs
    ) { listeners in
      try train(
        hooks: training.hooks, maxSteps: training.maxSteps, savingListeners: training.savingListeners + listeners,
        training.builder(self))
    }.result
  }

  private func evaluator(_ training: TrainSpec, _ evaluation: EvalSpec) -> Evaluator<[MetricValue], String?> {
    Evaluator(
      maxSteps: training.maxSteps, latestCheckpoint: latestCheckpoint,
      evaluate: { checkpoint in
        let metrics = try self.evaluate(
          hooks: evaluation.hooks, steps: evaluation.steps, checkpointPath: checkpoint, name: evaluation.name,
          evaluation.builder(self))
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
