import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph
import EngineRuntime

// Scaffolds, monitored sessions, Estimators.
//
//   scaffold.new({init_op, init_feeds: [(output, array)], init_fn: f(scaffold, session), ready_op,
//       ready_for_local_init_op, local_init_op, local_init_feeds, summary_op, saver, copy_from: scaffold}) -> scaffold
//   scaffold.fields(scaffold) -> the same names (init_fn is left out) ; scaffold.set_saver(scaffold, saver)
//   scaffold.finalize(scaffold, graph), scaffold.default_local_init_op(graph) -> node
//   session_creator.chief(graph, scaffold, checkpoint_dir, checkpoint_file), .worker(graph, scaffold, max_wait_secs),
//   session_creator.host(f() -> session), .create(creator) -> session
//   monitored_session.new(graph, creator, [hooks], recovers, stop_grace_period_secs)   -> monitored session
//   monitored_session.training({graph, is_chief, checkpoint_dir, scaffold, hooks, chief_only_hooks,
//       save_checkpoint_secs, save_checkpoint_steps, save_summaries_steps, save_summaries_secs (left out: default; None:
//       off), log_step_count_steps, max_wait_secs, summary_dir, save_graph_def, stop_grace_period_secs}) -> monitored session
//   monitored_session.run(ms, outputs, nodes, feeds, options or None, attachment) -> arrays; with options
//       (arrays, RunMetadata)
//   monitored_session.run_step(ms, f(step context) -> anything)   -> what f returned
//   step_context.session(c), step_context.run_with_hooks(c, outputs, nodes, feeds, options, attachment)   the same
//   monitored_session.should_stop(ms), .close(ms), .abandon(ms) (closes without hooks' end), .raw_session(ms), .graph(ms)
//   estimator.new({model_dir, config: run config, warm_start: f(graph), create_global_step: f(graph)}) -> estimator
//   estimator.fields(e) -> {model_dir, config}
//   estimator.train(e, build, {hooks, steps, max_steps, saving_listeners})          -> array of the last loss, or None
//   estimator.evaluate(e, build, {hooks, steps, checkpoint_path, name})             -> [(metric, [arrays])]
//   estimator.evaluate_many(e, [(name, build)], replace, {hooks, steps, checkpoint_path})
//       -> [(name, [(metric, [arrays])])]; replace(index, graph) builds another input in the graph and returns None if it
//       does not fit the model, or ([outputs], [the model's outputs], [input hooks])
//   estimator.predictor(e, build(graph) -> (spec, [(name, output)]), {checkpoint_path, output_key})      -> predictor
//   predictor.refresh(p) -> bool; predictor.close(p)
//   predictor.fields(p) -> {graph, session, inputs: [(name, output)], outputs: [(name, output)], checkpoint}
//   estimator.predict_open(e, build, {predict_keys, hooks, checkpoint_path})        -> stream
//   estimator.predict_next(stream) -> arrays of a batch, or None at the end
//   estimator.predict_names(stream) -> names of the arrays, or None for one unnamed prediction
//   estimator.predict_close(stream), estimator.predict_graph(stream) -> graph or None
//       build(graph, mode) runs input_fn and model_fn and returns (spec, [input hooks])
//   estimator.latest_checkpoint(e), .variable_names(e), .variable_value(e, name), .eval_dir(e, name)

let estimatorSessionFunctions: [HostFunction] =
  scaffoldFunctions + monitoredSessionFunctions + estimatorFunctions + estimatorServingFunctions

private let scaffoldFunctions: [HostFunction] = [
  HostFunction("scaffold.new") { arguments in
    let options = try arguments.named(0)
    func node(_ name: String) throws -> Node? { options[name].isNone(0) ? nil : try options[name].node(0) }
    func output(_ name: String) throws -> Output? { options[name].isNone(0) ? nil : try options[name].output(0) }
    var initFunction: Scaffold.InitFunction?
    if let host = try options.host("init_fn") {
      initFunction = { scaffold, session in
        do {
          _ = try host.call([.object(scaffold), .object(session)])
        } catch let error as EngineError {
          throw HostErrors.classified(error)
        }
      }
    }
    let scaffold = Scaffold(
      initOp: try node("init_op"), initFeeds: try options["init_feeds"].feeds(0).map { ($0.output, $0.value) },
      initFunction: initFunction, readyOp: try output("ready_op"),
      readyForLocalInitOp: try output("ready_for_local_init_op"), localInitOp: try node("local_init_op"),
      localInitFeeds: try options["local_init_feeds"].feeds(0).map { ($0.output, $0.value) },
      summaryOp: try output("summary_op"), saver: try options.object("saver"),
      copying: try options.object("copy_from"))
    return .object(scaffold)
  },
  HostFunction("scaffold.fields") { arguments in
    let scaffold: Scaffold = try arguments.object(0)
    return .dict([
      ("init_op", .optional(scaffold.initOp)), ("ready_op", .optional(scaffold.readyOp)),
      ("ready_for_local_init_op", .optional(scaffold.readyForLocalInitOp)),
      ("local_init_op", .optional(scaffold.localInitOp)), ("summary_op", .optional(scaffold.summaryOp)),
      ("saver", .optional(scaffold.saver)), ("has_init_fn", .bool(scaffold.initFunction != nil)),
    ])
  },
  HostFunction("scaffold.set_saver") { arguments in
    let scaffold: Scaffold = try arguments.object(0)
    scaffold.saver = try arguments.optionalObject(1)
    return .none
  },
  HostFunction("scaffold.finalize", blocking: true) { arguments in
    let scaffold: Scaffold = try arguments.object(0)
    try scaffold.finalize(arguments.graph(1))
    return .none
  },
  HostFunction("scaffold.default_local_init_op") { arguments in
    .node(try Scaffold.defaultLocalInitOp(arguments.graph(0)))
  },
  HostFunction("session_creator.chief") { arguments in
    .object(
      SessionCreatorObject(
        ChiefSessionCreator(
          graph: try arguments.graph(0), scaffold: try arguments.optionalObject(1),
          checkpointDirectory: try arguments.optionalString(2), checkpointFile: try arguments.optionalString(3))))
  },
  HostFunction("session_creator.worker") { arguments in
    .object(
      SessionCreatorObject(
        WorkerSessionCreator(
          graph: try arguments.graph(0), scaffold: try arguments.optionalObject(1),
          maximumWait: try arguments.optionalDouble(2) ?? 1800)))
  },
  HostFunction("session_creator.host") { arguments in
    .object(SessionCreatorObject(HostSessionCreator(try arguments.host(0))))
  },
  HostFunction("session_creator.create", blocking: true) { arguments in
    let creator: SessionCreatorObject = try arguments.object(0)
    return .object(try creator.creator.createSession())
  },
]

/// A session creator of any class as an object of one class.
final class SessionCreatorObject {
  let creator: any SessionCreator
  init(_ creator: any SessionCreator) { self.creator = creator }
}

/// The context of a step function as an object.
final class StepContextObject {
  let context: MonitoredSession.StepContext
  init(_ context: MonitoredSession.StepContext) { self.context = context }
}

/// The arrays of a run; with options in the request also its metadata.
private func withMetadata(_ run: (results: [Tensor], metadata: RunMetadata?), isWanted: Bool) throws -> Value {
  let arrays = Value.list(run.results.map { .fetched($0) })
  if !isWanted { return arrays }
  return .tuple([arrays, .bytes(try (run.metadata ?? RunMetadata()).message().serialized())])
}

private let monitoredSessionFunctions: [HostFunction] = [
  HostFunction("monitored_session.new", blocking: true) { arguments in
    let creator: SessionCreatorObject = try arguments.object(1)
    return .object(
      try MonitoredSession(
        graph: arguments.graph(0), creator: creator.creator, hooks: arguments.objects(2),
        recovers: arguments.isNone(3) ? true : try arguments.bool(3),
        stopGracePeriod: arguments.optionalDouble(4) ?? 120))
  },
  HostFunction("monitored_session.training", blocking: true) { arguments in
    let options = try arguments.named(0)
    func seconds(_ name: String) throws -> RunConfig.Setting<Double> {
      options.has(name) ? .value(try options.double(name)) : .unset
    }
    func steps(_ name: String) throws -> RunConfig.Setting<Int> {
      options.has(name) ? .value(try options.int(name)) : .unset
    }
    return .object(
      try MonitoredSession.training(
        graph: options["graph"].graph(0), isChief: options.bool("is_chief", default: true),
        checkpointDirectory: options.text("checkpoint_dir"), scaffold: options.object("scaffold"),
        hooks: options.objects("hooks"), chiefOnlyHooks: options.objects("chief_only_hooks"),
        saveCheckpointSecs: seconds("save_checkpoint_secs"), saveCheckpointSteps: steps("save_checkpoint_steps"),
        saveSummariesSteps: steps("save_summaries_steps"), saveSummariesSecs: seconds("save_summaries_secs"),
        logStepCountSteps: options.has("log_step_count_steps") ? try options.int("log_step_count_steps") : 100,
        maximumWait: try options.double("max_wait_secs") ?? 7200, summaryDirectory: options.text("summary_dir"),
        savesGraph: options.bool("save_graph_def", default: true),
        stopGracePeriod: options.double("stop_grace_period_secs") ?? 120))
  },
  HostFunction("monitored_session.run", blocking: true) { arguments in
    let session: MonitoredSession = try arguments.object(0)
    return try withMetadata(
      session.runWithMetadata(
        arguments.request(outputs: 1, nodes: 2, feeds: 3, options: 4), attachment: arguments.optionalHost(5)),
      isWanted: !arguments.isNone(4))
  },
  HostFunction("monitored_session.run_step", blocking: true) { arguments in
    let session: MonitoredSession = try arguments.object(0)
    let host = try arguments.host(1)
    return try session.runStep { context in
      do {
        return try host.call([.object(StepContextObject(context))])
      } catch let error as EngineError {
        throw HostErrors.classified(error)
      }
    }
  },
  HostFunction("step_context.session") { arguments in
    let object: StepContextObject = try arguments.object(0)
    return .object(object.context.session)
  },
  HostFunction("step_context.run_with_hooks", blocking: true) { arguments in
    let object: StepContextObject = try arguments.object(0)
    return try withMetadata(
      object.context.runWithMetadata(
        arguments.request(outputs: 1, nodes: 2, feeds: 3, options: 4), attachment: arguments.optionalHost(5)),
      isWanted: !arguments.isNone(4))
  },
  HostFunction("monitored_session.should_stop") { arguments in
    let session: MonitoredSession = try arguments.object(0)
    return .bool(session.shouldStop)
  },
  HostFunction("monitored_session.close", blocking: true) { arguments in
    let session: MonitoredSession = try arguments.object(0)
    try session.close()
    return .none
  },
  HostFunction("monitored_session.abandon", blocking: true) { arguments in
    let session: MonitoredSession = try arguments.object(0)
    _ = try session.close(after: EngineError.cancelled("abandoned"))
    return .none
  },
  HostFunction("monitored_session.raw_session") { arguments in
    let session: MonitoredSession = try arguments.object(0)
    return .object(try session.rawSession())
  },
  HostFunction("monitored_session.graph") { arguments in
    let session: MonitoredSession = try arguments.object(0)
    return .object(session.graph)
  },
]

func modelBuilder(_ arguments: Arguments, _ index: Int) throws -> Estimator.ModelBuilder {
  modelBuilder(try arguments.host(index))
}

/// A builder that calls `build(graph, mode)` of the host.
func modelBuilder(_ host: HostObject) -> Estimator.ModelBuilder {
  return { graph, mode in
    let result: Value
    do {
      result = try host.call([.object(graph), .text(mode)])
    } catch let error as EngineError {
      throw HostErrors.classified(error)
    }
    guard case .tuple(let items) = result, items.count >= 2, case .object(let object) = items[0],
      let spec = object as? EstimatorSpec
    else { throw EngineError.value("model_fn should return an EstimatorSpec.") }
    let parts = Arguments(function: "build", values: items)
    let added = items.count > 2 ? try parts.optionalHost(2) : nil
    return Estimator.BuiltModel(spec: spec, inputHooks: try parts.objects(1)) { metric in
      _ = try? added?.call([.list(metric.values.map(\.value)), .list(metric.updates.map(\.value))])
    }
  }
}

private let estimatorFunctions: [HostFunction] = [
  HostFunction("estimator.new", blocking: true) { arguments in
    let options = try arguments.named(0)
    let config: RunConfigObject? = try options.object("config")
    var warmStart: Estimator.WarmStart?
    if let host = try options.host("warm_start") { warmStart = { _ = try host.call([.object($0)]) } }
    let estimator = try Estimator(
      modelDir: options.text("model_dir"), config: config?.config, warmStart: warmStart,
      announces: options.bool("announces", default: true))
    if let host = try options.host("create_global_step") {
      estimator.createGlobalStep = { _ = try host.call([.object($0)]) }
    }
    return .object(estimator)
  },
  HostFunction("estimator.fields") { arguments in
    let estimator: Estimator = try arguments.object(0)
    return .dict([
      ("model_dir", .text(estimator.modelDir)), ("config", .object(RunConfigObject(estimator.config))),
    ])
  },
  HostFunction("estimator.train", blocking: true) { arguments in
    let estimator: Estimator = try arguments.object(0)
    let options = try arguments.named(2)
    let loss = try estimator.train(
      hooks: options.objects("hooks"), steps: options.int("steps"), maxSteps: options.int("max_steps"),
      savingListeners: options.objects("saving_listeners"), modelBuilder(arguments, 1))
    return loss.map { .tensor($0) } ?? .none
  },
  HostFunction("estimator.evaluate", blocking: true) { arguments in
    let estimator: Estimator = try arguments.object(0)
    let options = try arguments.named(2)
    let results = try estimator.evaluate(
      hooks: options.objects("hooks"), steps: options.int("steps"), checkpointPath: options.text("checkpoint_path"),
      name: options.text("name"), modelBuilder(arguments, 1))
    return .list(results.map { .tuple([.text($0.name), .list($0.values.map { .fetched($0) })]) })
  },
  HostFunction("estimator.predict_open") { arguments in
    let estimator: Estimator = try arguments.object(0)
    let options = try arguments.named(2)
    let keys =
      options["predict_keys"].isNone(0)
      ? nil
      : try options["predict_keys"].list(0).map {
        guard case .text(let key) = $0 else { throw EngineError.type("predict_keys must be a list of str") }
        return key
      }
    return .object(
      estimator.predict(
        keys: keys, hooks: try options.objects("hooks"), checkpointPath: try options.text("checkpoint_path"),
        try modelBuilder(arguments, 1)))
  },
  HostFunction("estimator.predict_next", blocking: true) { arguments in
    let stream: PredictionStream = try arguments.object(0)
    return try stream.nextBatch().map { .list($0.map { .fetched($0) }) } ?? .none
  },
  HostFunction("estimator.predict_names") { arguments in
    let stream: PredictionStream = try arguments.object(0)
    return stream.names.map { .strings($0) } ?? .none
  },
  HostFunction("estimator.predict_close", blocking: true) { arguments in
    let stream: PredictionStream = try arguments.object(0)
    stream.cancel()
    return .none
  },
  HostFunction("estimator.predict_graph") { arguments in
    let stream: PredictionStream = try arguments.object(0)
    return .optional(stream.graph as AnyObject?)
  },
  HostFunction("estimator.latest_checkpoint") { arguments in
    let estimator: Estimator = try arguments.object(0)
    return .optional(try estimator.latestCheckpoint())
  },
  HostFunction("estimator.variable_names") { arguments in
    let estimator: Estimator = try arguments.object(0)
    return .strings(try estimator.variableNames())
  },
  HostFunction("estimator.variable_value") { arguments in
    let estimator: Estimator = try arguments.object(0)
    return .tensor(try estimator.variableValue(arguments.string(1)))
  },
  HostFunction("estimator.eval_dir") { arguments in
    let estimator: Estimator = try arguments.object(0)
    return .text(estimator.evaluationDirectory(name: try arguments.optionalString(1)))
  },
]
