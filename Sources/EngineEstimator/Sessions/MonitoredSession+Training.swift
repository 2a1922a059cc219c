import EngineCore
import EngineGraph
import EngineRuntime

extension MonitoredSession {
  /// A session for training: it saves checkpoints and summaries, counts steps, and goes on from the latest checkpoint.
  ///
  /// - Parameters:
  ///   - saveCheckpointSecs: default 600 unless steps are given.
  ///   - saveSummariesSteps: default 100 unless seconds are given.
  ///   - summaryDirectory: default: the checkpoints'.
  ///   - resumesExactly: saves the position of the input and the random state with checkpoints, and goes on from there;
  ///     see ``RunConfig/exactResume``.
  /// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/MonitoredTrainingSession
  public static func training(
    graph: Graph, isChief: Bool = true, checkpointDirectory: String? = nil, scaffold givenScaffold: Scaffold? = nil,
    hooks: [SessionRunHook] = [], chiefOnlyHooks: [SessionRunHook] = [],
    saveCheckpointSecs: RunConfig.Setting<Double> = .unset, saveCheckpointSteps: RunConfig.Setting<Int> = .unset,
    saveSummariesSteps: RunConfig.Setting<Int> = .unset, saveSummariesSecs: RunConfig.Setting<Double> = .unset,
    logStepCountSteps: Int? = 100, maximumWait: Double = 7200, summaryDirectory: String? = nil, savesGraph: Bool = true,
    stopGracePeriod: Double = 120, resumesExactly: Bool = false
  ) throws -> MonitoredSession {
    func value<T>(_ setting: RunConfig.Setting<T>) -> T? { if case .value(let value) = setting { value } else { nil } }
    var summarySteps = value(saveSummariesSteps)
    let summarySecs = value(saveSummariesSecs)
    if saveSummariesSteps.isUnset && saveSummariesSecs.isUnset { summarySteps = 100 }
    var checkpointSecs = value(saveCheckpointSecs)
    let checkpointSteps = value(saveCheckpointSteps)
    if saveCheckpointSecs.isUnset && saveCheckpointSteps.isUnset { checkpointSecs = 600 }

    let scaffold = givenScaffold ?? Scaffold()
    guard isChief else {
      let creator = WorkerSessionCreator(graph: graph, scaffold: scaffold, maximumWait: maximumWait)
      return try MonitoredSession(graph: graph, creator: creator, hooks: hooks, stopGracePeriod: stopGracePeriod)
    }
    var all = chiefOnlyHooks
    if let directory = summaryDirectory ?? checkpointDirectory, !directory.isEmpty {
      if let steps = logStepCountSteps, steps > 0 {
        all.append(try StepCounterHook(everySteps: steps, outputDirectory: directory))
      }
      if (summarySteps ?? 0) > 0 || (summarySecs ?? 0) > 0 {
        all.append(
          try SummarySaverHook(
            saveSteps: summarySteps, saveSecs: summarySecs, outputDirectory: directory, scaffold: scaffold))
      }
    }
    if let directory = checkpointDirectory, !directory.isEmpty {
      if (checkpointSecs ?? 0) > 0 || (checkpointSteps ?? 0) > 0 {
        all.append(
          try CheckpointSaverHook(
            checkpointDirectory: directory, saveSecs: checkpointSecs, saveSteps: checkpointSteps, scaffold: scaffold,
            savesGraph: savesGraph))
      }
    }
    let creator = ChiefSessionCreator(graph: graph, scaffold: scaffold, checkpointDirectory: checkpointDirectory)
    all += hooks
    if resumesExactly {
      let resume = ExactResume(scaffold: scaffold)
      resume.hooks = all
      for hook in all { hook.checkpointSaver?.exactResume = resume }
      all.append(resume)
    }
    return try MonitoredSession(graph: graph, creator: creator, hooks: all, stopGracePeriod: stopGracePeriod)
  }
}
