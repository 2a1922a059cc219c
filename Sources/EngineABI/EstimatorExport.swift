import EngineBuilders
import EngineCore
import EngineEstimator
import EngineFormats
import EngineGraph
import EngineRuntime

// SavedModels, and training with evaluation in between.
//
//   estimator.export(e, export_dir_base, {mode: build}, {assets_extra: [(target, source)], as_text, checkpoint_path,
//       warm_start_path})                                         -> directory
//       build(graph, mode) returns (spec, receivers, [(name, receivers)]); receivers are (name, tensor) pairs, where a
//       tensor is an output or (indices, values, dense_shape)
//   signatures.all(receivers, [(name, export output)], alternatives, serving_only)
//       -> [(name, method, [(name, tensor)], [(name, output)])]
//   driver.check_train_spec(max_steps), driver.check_eval_spec(steps, start_delay_secs, throttle_secs, [names])
//   driver.evaluator({max_steps, latest_checkpoint: f(), evaluate: f(checkpoint) -> (step, metrics),
//       export: f(checkpoint, metrics, is_final) -> results})     -> evaluator
//   driver.train_and_evaluate(evaluator, {task_type, task_id, is_clustered, num_ps, num_workers, max_worker_delay_secs,
//       save_checkpoints_steps, save_checkpoints_secs, start_delay_secs, throttle_secs}, f(listeners))
//                                                                 -> whether trained without a cluster
//   driver.history(directory) -> [(step, {metric: number})]
//   driver.event_reader(path) -> reader; driver.next_event(reader) -> Event bytes, or None at the end
//   driver.should_stop(rule, metric, limit, min_steps, directory) -> bool
//       rules: higher, lower (limit: threshold), no_increase, no_decrease (limit: steps)
//   driver.best_result(pattern, f(best, current) -> bool) -> {metric: number} or None
//   driver.check_exports_to_keep(count), driver.remove_old_exports(directory, count)
//   hook.early_stopping(is_chief, every_secs, every_steps, f() -> bool) -> hook
//   hook.stop_at_checkpoint(directory, last_step, wait_secs)      -> hook

typealias HostEvaluator = Evaluator<Value, Value>

let estimatorExportFunctions: [HostFunction] = exportFunctions + driverFunctions + historyFunctions

extension ReceiverTensors {
  init(_ items: [Value], _ function: String) throws {
    self.init(
      try items.map { item in
        guard case .tuple(let pair) = item, pair.count == 2, case .text(let name) = pair[0] else {
          throw EngineError.type("\(function): receivers are pairs of a name and a tensor")
        }
        switch pair[1] {
        case .output(let output): return (name, .dense(output))
        case .tuple(let parts), .list(let parts):
          let outputs = try parts.map { part -> Output in
            guard case .output(let output) = part else {
              throw EngineError.type("\(function): a sparse receiver has three tensors")
            }
            return output
          }
          guard outputs.count == 3 else { throw EngineError.type("\(function): a sparse receiver has three tensors") }
          return (name, .sparse(indices: outputs[0], values: outputs[1], denseShape: outputs[2]))
        default: throw EngineError.type("\(function): '\(name)' must be a tensor, got \(pair[1].kindName)")
        }
      })
  }

  static func alternatives(_ items: [Value], _ function: String) throws -> [(name: String, receivers: ReceiverTensors)]
  {
    try items.map { item in
      guard case .tuple(let pair) = item, pair.count == 2, case .text(let name) = pair[0],
        case .list(let tensors) = pair[1]
      else { throw EngineError.type("\(function): alternatives are pairs of a name and receivers") }
      return (name, try ReceiverTensors(tensors, function))
    }
  }
}

extension ReceiverTensor {
  var value: Value {
    switch self {
    case .dense(let output): .output(output)
    case .sparse(let indices, let values, let denseShape):
      .tuple([.output(indices), .output(values), .output(denseShape)])
    }
  }
}

private let exportFunctions: [HostFunction] = [
  HostFunction("estimator.export", blocking: true) { arguments in
    let estimator: Estimator = try arguments.object(0)
    var builders: [String: Estimator.ExportBuilder] = [:]
    for (mode, value) in try arguments.dict(2) {
      guard case .host(let host) = value else { throw EngineError.type("a builder must be a callable") }
      builders[mode] = { graph, mode in
        guard case .tuple(let items) = try host.call([.object(graph), .text(mode)]), items.count == 3,
          case .object(let object) = items[0], let spec = object as? EstimatorSpec
        else { throw EngineError.value("model_fn should return an EstimatorSpec.") }
        let parts = Arguments(function: "estimator.export", values: items)
        return Estimator.ExportedModel(
          spec: spec, receivers: try ReceiverTensors(parts.list(1), "estimator.export"),
          alternatives: try ReceiverTensors.alternatives(parts.list(2), "estimator.export"))
      }
    }
    let named = try arguments.named(3)
    var options = Estimator.ExportOptions()
    options.asText = try named.bool("as_text", default: false)
    options.checkpointPath = try named.text("checkpoint_path")
    options.warmStartPath = try named.text("warm_start_path")
    if !named["assets_extra"].isNone(0) {
      options.extraAssets = try named["assets_extra"].list(0).map { item in
        guard case .tuple(let pair) = item, pair.count == 2, case .text(let target) = pair[0],
          case .text(let source) = pair[1]
        else { throw EngineError.type("assets_extra must map paths to paths") }
        return (target, source)
      }
    }
    return .text(try estimator.exportSavedModel(to: arguments.string(1), builders: builders, options: options))
  },
  HostFunction("signatures.all") { arguments in
    let outputs = try arguments.list(1).map { item -> (name: String, output: ExportOutput) in
      guard case .tuple(let pair) = item, pair.count == 2, case .text(let name) = pair[0],
        case .object(let object) = pair[1], let output = object as? ExportOutput
      else { throw EngineError.value("export_outputs must be a dict of ExportOutput objects") }
      return (name, output)
    }
    let signatures = Signatures.all(
      receivers: try ReceiverTensors(arguments.list(0), "signatures.all"), outputs: outputs,
      alternatives: try ReceiverTensors.alternatives(arguments.list(2), "signatures.all"),
      servingOnly: try arguments.bool(3))
    return .list(signatures.map { .tuple([.text($0.name)] + $0.signature.values) })
  },
  HostFunction("export.signature") { arguments in
    let output: ExportOutput = try arguments.object(0)
    return .tuple(
      try Signature(output, receivers: ReceiverTensors(arguments.list(1), "export.signature")).values)
  },
]

extension Signature {
  fileprivate var values: [Value] {
    [
      .text(method.rawValue), .list(inputs.map { .tuple([.text($0.name), $0.tensor.value]) }),
      .list(outputs.map { .tuple([.text($0.name), .output($0.output)]) }),
    ]
  }
}

private let driverFunctions: [HostFunction] = [
  HostFunction("driver.check_train_spec") { arguments in
    try TrainSpec.check(maxSteps: arguments.optionalInt(0))
    return .none
  },
  HostFunction("driver.check_eval_spec") { arguments in
    let names = try arguments.list(3).map { value -> String? in
      if case .text(let name) = value { return name }
      return nil
    }
    try EvalSpec.check(
      steps: arguments.optionalInt(0), startDelaySecs: arguments.double(1), throttleSecs: arguments.double(2),
      exporterNames: names)
    return .none
  },
  HostFunction("driver.evaluator") { arguments in
    let options = try arguments.named(0)
    guard let latest = try options.host("latest_checkpoint"), let evaluate = try options.host("evaluate"),
      let export = try options.host("export")
    else { throw EngineError.type("driver.evaluator: latest_checkpoint, evaluate and export must be callables") }
    return .object(
      HostEvaluator(
        maxSteps: try options.int("max_steps"),
        latestCheckpoint: {
          if case .text(let path) = try latest.call([]) { return path }
          return nil
        },
        evaluate: { checkpoint in
          guard case .tuple(let items) = try evaluate.call([.text(checkpoint)]), items.count == 2,
            case .int(let step) = items[0]
          else { throw EngineError.type("driver.evaluator: evaluate must return (step, metrics)") }
          return (step, items[1])
        },
        export: { checkpoint, metrics, isFinal in
          [try export.call([.text(checkpoint), metrics, .bool(isFinal)])]
        }))
  },
  HostFunction("driver.train_and_evaluate", blocking: true) { arguments in
    let evaluator: HostEvaluator = try arguments.object(0)
    let options = try arguments.named(1)
    let train = try arguments.host(2)
    let role = DriverRole(
      taskType: try options.text("task_type"), taskID: try options.int("task_id"),
      isClustered: try options.bool("is_clustered", default: false),
      parameterServerCount: try options.int("num_ps") ?? 0, workerCount: try options.int("num_workers") ?? 1,
      maximumWorkerDelaySecs: try options.int("max_worker_delay_secs"),
      saveCheckpointsSteps: try options.int("save_checkpoints_steps"),
      saveCheckpointsSecs: try options["save_checkpoints_secs"].optionalDouble(0))
    let (isLocal, _) = try evaluator.trainAndEvaluate(
      role, startDelaySecs: options["start_delay_secs"].double(0), throttleSecs: options["throttle_secs"].double(0)
    ) { listeners in
      _ = try train.call([.list(listeners.map { .object($0) })])
    }
    return .bool(isLocal)
  },
]

private func metricsValue(_ metrics: [String: Double]) -> Value {
  .dict(metrics.sorted { $0.key < $1.key }.map { ($0.key, .float($0.value)) })
}

private let historyFunctions: [HostFunction] = [
  HostFunction("driver.history", blocking: true) { arguments in
    .list(try EvaluationHistory.read(arguments.string(0)).map { .tuple([.int($0.step), metricsValue($0.metrics)]) })
  },
  HostFunction("driver.event_reader") { arguments in .object(try EventFileReader(arguments.string(0))) },
  HostFunction("driver.next_event", blocking: true) { arguments in
    let reader: EventFileReader = try arguments.object(0)
    return try reader.next().map { .bytes($0.serialized()) } ?? .none
  },
  HostFunction("driver.should_stop", blocking: true) { arguments in
    let rule: StoppingRule
    switch try arguments.string(0) {
    case "higher": rule = .threshold(try arguments.double(2), isUpper: true)
    case "lower": rule = .threshold(try arguments.double(2), isUpper: false)
    case "no_increase": rule = .noImprovement(steps: try arguments.int(2), wantsIncrease: true)
    case "no_decrease": rule = .noImprovement(steps: try arguments.int(2), wantsIncrease: false)
    case let name: throw EngineError.value("driver.should_stop: there is no rule '\(name)'")
    }
    return .bool(
      rule.isMet(
        metric: try arguments.string(1), minSteps: try arguments.int(3),
        history: try EvaluationHistory.read(arguments.string(4))))
  },
  HostFunction("driver.best_result", blocking: true) { arguments in
    let host = try arguments.host(1)
    let best = try BestResult.recover(arguments.string(0)) { best, current in
      if case .bool(true) = try host.call([metricsValue(best), metricsValue(current)]) { return true }
      return false
    }
    return best.map(metricsValue) ?? .none
  },
  HostFunction("driver.check_exports_to_keep") { arguments in
    try ExportFolder.check(arguments.optionalInt(0))
    return .none
  },
  HostFunction("driver.remove_old_exports", blocking: true) { arguments in
    ExportFolder.removeOld(try arguments.string(0), keeping: try arguments.optionalInt(1))
    return .none
  },
  HostFunction("hook.early_stopping") { arguments in
    let host = try arguments.host(3)
    return .object(
      try EarlyStoppingHook(
        isChief: arguments.bool(0), everySecs: arguments.optionalDouble(1), everySteps: arguments.optionalInt(2)
      ) {
        if case .bool(true) = try host.call([]) { return true }
        return false
      })
  },
  HostFunction("hook.stop_at_checkpoint") { arguments in
    .object(
      StopAtCheckpointStepHook(
        directory: try arguments.string(0), lastStep: try arguments.int(1), waitSecs: try arguments.double(2)))
  },
]
