import EngineCore
import EngineEstimator
import EngineFormats
import EngineGraph
import EngineRuntime

// Hooks, listeners and timers.
//
//   hook.new({"begin": f(graph), "after_create_session": f(session, coordinator), "before_run": f(context),
//             "after_run": f(context, arrays, options or None, RunMetadata or None), "end": f(session)}, native saver hook or None)   -> hook
//       only methods that are there cost a call; before_run returns None or (outputs, nodes, [(output, array)])
//   hook.stop_at_step(num_steps, last_step)                       -> hook; .last_step(hook) -> int or None
//   hook.step_counter({every_n_steps, every_n_secs, output_dir, summary_writer, report: f(steps, secs, step)}) -> hook
//   hook.log_and_record(hook, elapsed_steps, elapsed_secs, step)  the step counter's own report
//   hook.logging_tensor([(tag, output or name)], {every_n_iter, every_n_secs, at_end, formatter: f([(tag, array)])})
//   hook.nan_tensor(output or name, fail_on_nan)                  -> hook
//   hook.summary_saver({save_steps, save_secs, output_dir, summary_writer, scaffold, summary_ops: [outputs]}) -> hook
//   hook.checkpoint_saver({checkpoint_dir, save_secs, save_steps, saver, checkpoint_basename, scaffold, listeners,
//                          save_graph_def})                       -> hook
//   hook.listeners(saver hook) -> list; hook.add_listener(saver hook, listener)
//   hook.global_step_waiter(step), hook.feed_fn(f() -> [(output, array)]), hook.initializer([nodes])  -> hook
//   hook.final_ops([outputs], [nodes], feeds) -> hook; hook.final_values(hook) -> arrays
//   hook.profiler({save_steps, save_secs, output_dir, show_dataflow, show_memory})   -> hook
//   hook.save(saver hook, session, step) -> bool, hook.log_tensors(logging hook, arrays)   what `report` has replaced
//   timeline.text(StepStats, show_dataflow, show_memory)          -> JSON for chrome://tracing
//   hook.begin(hook, graph), hook.after_create_session(hook, session, coordinator), hook.before_run(hook, context),
//   hook.after_run(hook, context, arrays), hook.end(hook, session)   the methods of a native hook, for subclasses
//   listener.new({"begin": f(graph), "before_save": f(session, step), "after_save": f(session, step) -> True to stop,
//                 "end": f(session, step)})                       -> listener
//   context.new(outputs, nodes, feeds, session), context.session, context.original_args -> (outputs, nodes, feeds),
//   context.stop_requested, context.request_stop, context.attach(context, object), context.attachment(context)
//   timer.new(every_secs, every_steps), .should_trigger(t, step), .update(t, step) -> None or (secs, steps),
//   timer.last_step(t) -> int or None, timer.reset(t)
//   errors.install_classifier(f(exception) -> status code or None): which exceptions are the end of the input (11,
//       also for StopIteration) or a lost session (10, 14)
//   logger.install(f(level, text) or None), logger.set_level(level)
//   logger.install_array_text(f(array) -> text)                   how arrays are printed in log lines

let estimatorHookFunctions: [HostFunction] =
  hookConstructors + savingHookConstructors + hookMethods + hookSupportFunctions + coordinatorFunctions

private func reference(_ value: Value, _ function: String) throws -> TensorReference {
  switch value {
  case .output(let output): return .output(output)
  case .text(let name): return .name(name)
  default: throw EngineError.type("\(function): expected a Tensor or a name, got \(value.kindName)")
  }
}

private let hookConstructors: [HostFunction] = [
  HostFunction("hook.new") { arguments in
    .object(HostHook(try HostMethods(arguments.dict(0)), saver: try arguments.optionalObject(1)))
  },
  HostFunction("hook.stop_at_step") { arguments in
    .object(try StopAtStepHook(stepCount: arguments.optionalInt(0), lastStep: arguments.optionalInt(1)))
  },
  HostFunction("hook.last_step") { arguments in
    let hook: StopAtStepHook = try arguments.object(0)
    return .optional(hook.lastStep)
  },
  HostFunction("hook.step_counter") { arguments in
    let options = try arguments.named(0)
    let hook = try HostStepCounterHook(
      everySteps: try options.int("every_n_steps"), everySecs: try options.double("every_n_secs"),
      outputDirectory: try options.text("output_dir"), writer: try options["summary_writer"].summaryWriter(0))
    hook.report = try options.host("report")
    return .object(hook)
  },
  HostFunction("hook.log_and_record") { arguments in
    let hook: HostStepCounterHook = try arguments.object(0)
    let report = hook.report
    hook.report = nil
    defer { hook.report = report }
    try hook.logAndRecord(
      elapsedSteps: arguments.int(1), elapsedSecs: arguments.double(2), step: arguments.int(3))
    return .none
  },
  HostFunction("hook.logging_tensor") { arguments in
    let tensors = try arguments.list(0).map { pair -> (tag: String, tensor: TensorReference) in
      guard case .tuple(let items) = pair, items.count == 2, case .text(let tag) = items[0] else {
        throw EngineError.type("hook.logging_tensor: expected pairs of a tag and a tensor")
      }
      return (tag, try reference(items[1], "hook.logging_tensor"))
    }
    let options = try arguments.named(1)
    var formatter: LoggingTensorHook.Formatter?
    if let host = try options.host("formatter") {
      formatter = { values in
        let result = try host.call([.list(values.map { .tuple([.text($0.tag), .fetched($0.value)]) })])
        guard case .text(let text) = result else {
          throw EngineError.type("the formatter must return a str, got \(result.kindName)")
        }
        return text
      }
    }
    let hook = try HostLoggingTensorHook(
      tensors, everyIterations: options.int("every_n_iter"), everySecs: options.double("every_n_secs"),
      atEnd: options.bool("at_end", default: false), formatter: formatter)
    hook.report = try options.host("report")
    return .object(hook)
  },
  HostFunction("hook.log_tensors") { arguments in
    let hook: HostLoggingTensorHook = try arguments.object(0)
    let report = hook.report
    hook.report = nil
    defer { hook.report = report }
    try hook.log(arguments.results(1))
    return .none
  },
  HostFunction("hook.profiler") { arguments in
    let options = try arguments.named(0)
    return .object(
      try ProfilerHook(
        saveSteps: options.int("save_steps"), saveSecs: options.double("save_secs"),
        outputDirectory: options.text("output_dir") ?? "", showsDataflow: options.bool("show_dataflow", default: true),
        showsMemory: options.bool("show_memory", default: false)))
  },
  HostFunction("timeline.text") { arguments in
    let trace = ChromeTrace(try ProtoMessage("StepStats", parsing: arguments.byteString(0)))
    return .text(try trace.text(showsDataflow: arguments.bool(1), showsMemory: arguments.bool(2)))
  },
  HostFunction("hook.nan_tensor") { arguments in
    .object(
      NanTensorHook(
        loss: try reference(arguments[0], "hook.nan_tensor"),
        failsOnNan: arguments.isNone(1) ? true : try arguments.bool(1)))
  },
  HostFunction("hook.global_step_waiter") { arguments in
    .object(GlobalStepWaiterHook(waitUntilStep: try arguments.int(0)))
  },
  HostFunction("hook.feed_fn") { arguments in
    let host = try arguments.host(0)
    return .object(FeedFnHook { try Arguments(function: "feed_fn", values: [host.call([])]).feeds(0) })
  },
  HostFunction("hook.initializer") { arguments in .object(InitializerHook(try arguments.nodes(0))) },
  HostFunction("hook.final_ops") { arguments in
    let request = try arguments.request(outputs: 0, nodes: 1, feeds: 2)
    return .object(
      FinalOpsHook(
        fetches: request.fetches, targets: request.targets, feeds: request.feeds.map { ($0.output, $0.value) }))
  },
  HostFunction("hook.final_values") { arguments in
    let hook: FinalOpsHook = try arguments.object(0)
    return .list(hook.finalValues.map { .fetched($0) })
  },
]

private let savingHookConstructors: [HostFunction] = [
  HostFunction("hook.summary_saver") { arguments in
    let options = try arguments.named(0)
    return .object(
      try SummarySaverHook(
        saveSteps: options.int("save_steps"), saveSecs: options.double("save_secs"),
        outputDirectory: options.text("output_dir"), writer: options["summary_writer"].summaryWriter(0),
        scaffold: options.object("scaffold"),
        summaryOps: options["summary_ops"].isNone(0) ? nil : try options["summary_ops"].outputs(0)))
  },
  HostFunction("hook.checkpoint_saver") { arguments in
    let options = try arguments.named(0)
    let hook = try HostCheckpointSaverHook(
      checkpointDirectory: options["checkpoint_dir"].string(0), saveSecs: options.double("save_secs"),
      saveSteps: options.int("save_steps"), saver: options.object("saver"),
      checkpointBasename: options.text("checkpoint_basename") ?? "model.ckpt", scaffold: options.object("scaffold"),
      listeners: options.objects("listeners"), savesGraph: options.bool("save_graph_def", default: true))
    hook.report = try options.host("report")
    return .object(hook)
  },
  HostFunction("hook.save", blocking: true) { arguments in
    let hook: HostCheckpointSaverHook = try arguments.object(0)
    let report = hook.report
    hook.report = nil
    defer { hook.report = report }
    return .bool(try hook.save(arguments.object(1), arguments.int(2)))
  },
  HostFunction("hook.listeners") { arguments in
    let hook: CheckpointSaverHook = try arguments.object(0)
    return .list(hook.listeners.map { .object($0) })
  },
  HostFunction("hook.add_listener") { arguments in
    let hook: CheckpointSaverHook = try arguments.object(0)
    hook.addListener(try arguments.object(1))
    return .none
  },
  HostFunction("listener.new") { arguments in
    let label = arguments.values.count > 1 ? try arguments.optionalString(1) : nil
    return .object(HostListener(try HostMethods(arguments.dict(0)), label: label))
  },
]

private let hookMethods: [HostFunction] = [
  HostFunction("hook.begin", blocking: true) { arguments in
    let hook: SessionRunHook = try arguments.object(0)
    try hook.begin(arguments.graph(1))
    return .none
  },
  HostFunction("hook.after_create_session", blocking: true) { arguments in
    let hook: SessionRunHook = try arguments.object(0)
    try hook.afterCreateSession(arguments.object(1), try arguments.optionalObject(2) ?? Coordinator())
    return .none
  },
  HostFunction("hook.before_run", blocking: true) { arguments in
    let hook: SessionRunHook = try arguments.object(0)
    return try hook.beforeRun(arguments.object(1))?.value ?? .none
  },
  HostFunction("hook.after_run", blocking: true) { arguments in
    let hook: SessionRunHook = try arguments.object(0)
    let context: RunContext = try arguments.object(1)
    try hook.afterRun(context, RunValues(results: arguments.results(2), metadata: context.metadata))
    return .none
  },
  HostFunction("hook.end", blocking: true) { arguments in
    let hook: SessionRunHook = try arguments.object(0)
    try hook.end(arguments.object(1))
    return .none
  },
]

private let hookSupportFunctions: [HostFunction] = [
  HostFunction("context.new") { arguments in
    .object(
      RunContext(
        originalArguments: try arguments.request(outputs: 0, nodes: 1, feeds: 2), session: try arguments.object(3)))
  },
  HostFunction("context.session") { arguments in
    let context: RunContext = try arguments.object(0)
    return .object(context.session)
  },
  HostFunction("context.original_args") { arguments in
    let context: RunContext = try arguments.object(0)
    return context.originalArguments.value
  },
  HostFunction("context.attachment") { arguments in
    let context: RunContext = try arguments.object(0)
    return .optional(context.attachment)
  },
  HostFunction("context.attach") { arguments in
    let context: RunContext = try arguments.object(0)
    context.attachment = try arguments.host(1)
    return .none
  },
  HostFunction("context.stop_requested") { arguments in
    let context: RunContext = try arguments.object(0)
    return .bool(context.stopRequested)
  },
  HostFunction("context.request_stop") { arguments in
    let context: RunContext = try arguments.object(0)
    context.requestStop()
    return .none
  },
  HostFunction("timer.new") { arguments in
    .object(try SecondOrStepTimer(everySecs: arguments.optionalDouble(0), everySteps: arguments.optionalInt(1)))
  },
  HostFunction("timer.should_trigger") { arguments in
    let timer: SecondOrStepTimer = try arguments.object(0)
    return .bool(timer.shouldTrigger(forStep: try arguments.int(1)))
  },
  HostFunction("timer.update") { arguments in
    let timer: SecondOrStepTimer = try arguments.object(0)
    let elapsed = timer.updateLastTriggeredStep(try arguments.int(1))
    return elapsed.map { .tuple([.float($0.elapsedSecs), .int($0.elapsedSteps)]) } ?? .none
  },
  HostFunction("timer.last_step") { arguments in
    let timer: SecondOrStepTimer = try arguments.object(0)
    return .optional(timer.lastTriggeredStep)
  },
  HostFunction("timer.reset") { arguments in
    let timer: SecondOrStepTimer = try arguments.object(0)
    timer.reset()
    return .none
  },
  HostFunction("errors.install_classifier") { arguments in
    HostErrors.install(try arguments.optionalHost(0))
    return .none
  },
  HostFunction("logger.install") { arguments in
    if let host = try arguments.optionalHost(0) {
      // Python's logging reports its handlers' failures itself. What comes through is meant for the program, such as
      // Ctrl-C in a log line: it is raised where the engine next looks for interrupts.
      Logger.install { level, text in
        do {
          _ = try host.call([.int(level.rawValue), .text(text)])
        } catch let error as EngineError {
          Interrupt.keep(error)
        } catch {}
      }
    } else {
      Logger.install(nil)
    }
    return .none
  },
  HostFunction("logger.set_level") { arguments in
    let level = try arguments.int(0)
    Logger.minimumLevel = level <= 20 ? .info : level <= 30 ? .warning : .error
    return .none
  },
  HostFunction("logger.install_array_text") { arguments in
    guard let host = try arguments.optionalHost(0) else {
      NumberText.arrayFormatter = nil
      return .none
    }
    NumberText.arrayFormatter = { tensor in
      guard case .text(let text) = try host.call([.tensor(tensor)]) else {
        throw EngineError.type("the array formatter must return a str")
      }
      return text
    }
    return .none
  },
]
