import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

extension Estimator {
  /// Trains until the input ends, a hook stops it or the steps are done. Goes on from the latest checkpoint.
  ///
  /// - Parameters:
  ///   - steps: how many steps to add.
  ///   - maxSteps: the global step to end at; nothing happens when a checkpoint has come that far.
  ///   - savingListeners: run around the saving of checkpoints.
  /// - Returns: the loss of the last step; `nil` when no step was made.
  /// **Errors**: `ValueError` for impossible step counts, for listeners without a saver; `NanLossDuringTrainingError`;
  /// whatever the program's functions and the run report.
  @discardableResult
  public func train(
    hooks: [SessionRunHook] = [], steps: Int? = nil, maxSteps: Int? = nil,
    savingListeners: [CheckpointSaverListener] = [], _ build: ModelBuilder
  ) throws -> Tensor? {
    if config.taskType == "evaluator" || config.taskType == "ps" {
      throw EngineError.value(
        "Train has been called wrong configuration. Please use tf.estimator.train_and_evaluate which calls proper API "
          + "according to given configuration. Current configuration: \(config).")
    }
    if steps != nil && maxSteps != nil { throw EngineError.value("Can not provide both steps and max_steps.") }
    try Estimator.checkStepCount(steps, "steps")
    try Estimator.checkStepCount(maxSteps, "max_steps")
    if let maxSteps, savedGlobalStep() >= maxSteps {
      Logger.info("Skipping training since max_steps has already saved.")
      return nil
    }
    var allHooks = hooks
    var stopHook: StopAtStepHook?
    if steps != nil || maxSteps != nil {
      let hook = try StopAtStepHook(stepCount: steps, lastStep: maxSteps)
      allHooks.append(hook)
      stopHook = hook
    }
    let graph = try newGraph(readsGlobalStep: true)
    let model = try build(graph, ModeKeys.train)
    let loss = try trainModel(graph, model, allHooks, savingListeners, stopHook)
    try Logger.info("Loss for final step: \(try loss.map { try NumberText.text($0) } ?? "None").")
    return loss
  }

  private func trainModel(
    _ graph: Graph, _ model: BuiltModel, _ hooks: [SessionRunHook], _ listeners: [CheckpointSaverListener],
    _ stopHook: StopAtStepHook?
  ) throws -> Tensor? {
    let spec = model.spec
    let loss = try tensor(spec.loss, "loss")
    guard let trainOp = spec.trainOp?.operation else { throw EngineError.value("Missing train_op.") }
    if let warmStart, try latestCheckpoint() == nil { try warmStart(graph) }
    try Estimator.addLossSummary(loss, graph)
    graph.addToCollection(CollectionName.losses, .output(loss))

    var workerHooks = model.inputHooks + hooks
    workerHooks.append(NanTensorHook(loss: .output(loss)))
    if let interval = config.logStepCountSteps {
      var tensors: [(tag: String, tensor: TensorReference)] = [("loss", .output(loss))]
      if let step = try GlobalStep.read(in: graph) { tensors.append(("step", .output(step))) }
      workerHooks.append(try LoggingTensorHook(tensors, everyIterations: interval))
    }
    workerHooks += spec.trainingHooks
    if spec.scaffold.saver == nil && graph.collection(GraphKeys.savers).isEmpty {
      let saver = Saver(
        maxToKeep: config.keepCheckpointMax, keepEveryNHours: config.keepCheckpointEveryNHours ?? 10000,
        savesRelativePaths: true, isSharded: true)
      graph.addToCollection(GraphKeys.savers, .object(saver))
    }
    var chiefHooks: [SessionRunHook] = []
    var savers = (workerHooks + spec.trainingChiefHooks).compactMap { $0.checkpointSaver }
    let saveSteps = config.saveCheckpointsSteps.flatMap { $0 > 0 ? $0 : nil }
    let saveSecs = config.saveCheckpointsSecs.flatMap { $0 > 0 ? $0 : nil }
    if savers.isEmpty && (saveSteps != nil || saveSecs != nil) {
      let saver = try CheckpointSaverHook(
        checkpointDirectory: modelDir, saveSecs: saveSecs, saveSteps: saveSteps, scaffold: spec.scaffold,
        savesGraph: config.checkpointSaveGraphDef)
      chiefHooks.append(saver)
      savers = [saver]
    }
    if !listeners.isEmpty {
      guard let saver = savers.first else {
        throw EngineError.value(
          "There should be a CheckpointSaverHook to use saving_listeners. Please set one of the "
            + "RunConfig.save_checkpoints_steps or RunConfig.save_checkpoints_secs.")
      }
      for listener in listeners { saver.addListener(listener) }
    }
    var summarySteps = config.saveSummarySteps
    var countSteps = config.logStepCountSteps
    let jobs = Set(config.cluster.jobs.map(\.name))
    if jobs.contains("worker") && jobs.contains("master") {
      // The master's machine is busy with other things: worker 0 writes summaries.
      if config.taskType == "worker" && config.taskID == 0 {
        if let steps = summarySteps, steps > 0 {
          workerHooks.append(
            try SummarySaverHook(saveSteps: steps, outputDirectory: modelDir, scaffold: spec.scaffold))
        }
        if let steps = countSteps {
          workerHooks.append(try StepCounterHook(everySteps: steps, outputDirectory: modelDir))
        }
      }
      summarySteps = nil
      countSteps = nil
    }
    // Code of the program that looks for files finds what TensorFlow has written by then.
    let watched = (workerHooks + chiefHooks + spec.trainingChiefHooks).reduce(into: HookMethods()) {
      $0.formUnion($1.programMethods)
    }
    for saver in savers {
      saver.savesInBackground = watched.isDisjoint(with: [.beforeRun, .afterRun])
      saver.savesFirstInBackground = !watched.contains(.afterCreateSession)
    }
    let last: Tensor?
    do {
      let session = try MonitoredSession.training(
        graph: graph, isChief: config.isChief, checkpointDirectory: modelDir, scaffold: spec.scaffold,
        hooks: workerHooks,
        chiefOnlyHooks: chiefHooks + spec.trainingChiefHooks, saveCheckpointSecs: .value(nil),
        saveSummariesSteps: .value(summarySteps), logStepCountSteps: countSteps,
        maximumWait: config.sessionCreationTimeoutSecs ?? 7200, savesGraph: config.checkpointSaveGraphDef,
        resumesExactly: config.exactResume)
      last = try runSteps(session, RunArguments(fetches: [loss], targets: [trainOp]), stopHook)
    } catch {
      for saver in savers { saver.abandonPending() }
      throw error
    }
    for saver in savers { try saver.finishPending() }
    return last
  }

  /// The training loop.
  private func runSteps(
    _ session: MonitoredSession, _ request: RunArguments, _ stopHook: StopAtStepHook?
  ) throws -> Tensor? {
    var last: Tensor?
    var hasEnded = false
    var progress: ProgressReport?
    var stepAtEndOfInput: Int?
    defer { progress?.finish() }
    try session.use { session in
      if config.showsProgress, let step = try GlobalStep.read(in: session.graph) {
        progress = ProgressReport(
          firstStep: try GlobalStep.value(step, in: session.rawSession()), lastStep: stopHook?.lastStep, enabled: true)
      }
      do {
        while !session.shouldStop {
          let loss = try session.run(request)[0]
          last = loss
          progress?.step { try? loss.floatScalar() }
        }
      } catch let error as EngineError where error.isEndOfInput {
        if stopHook != nil, let step = try? GlobalStep.read(in: session.graph) {
          stepAtEndOfInput = try? GlobalStep.value(step, in: session.rawSession())
        }
        throw error
      }
      hasEnded = true  // the end of the input leaves the session by an error, and without the warning
    }
    if last == nil && hasEnded {
      Logger.warning("Training with estimator made no steps. Perhaps input is empty or misspecified.")
    } else if let step = stepAtEndOfInput, let lastStep = stopHook?.lastStep, step < lastStep {
      Logger.warning(
        "The input ended at global step \(step), before step \(lastStep) that training was asked to come to. Repeat the "
          + "input (such as dataset.repeat() or num_epochs=None) to train on.")
    }
    return last
  }

  /// Adds the summary `loss` unless the program has made one of that name.
  private static func addLossSummary(_ loss: Output, _ graph: Graph) throws {
    let exists = graph.collection(CollectionName.summaries).contains {
      if case .output(let output) = $0 { return output.node.name == "loss" }
      return false
    }
    if !exists { _ = try Summaries.scalar("loss", loss) }
  }
}
