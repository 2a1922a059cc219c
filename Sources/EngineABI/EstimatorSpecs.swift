import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

// Specs of model functions, export outputs, run configurations.
//
// A spec value is None, an output, a node, a native Variable object, a list of (key, spec value) pairs for a dict (a key
// is a text, a tuple of texts, or anything else with its text as bytes), or a text that describes whatever else was
// given.
//
//   spec.new(graph or None, mode, {predictions, loss, train_op: spec values;
//       eval_metric_ops: None, a text for a wrong type, or a list of
//           (name, "pair", [value leaves], [update leaves]), (name, "keras", label, result, [updates], [variables]),
//           (name, "other", text);
//       export_outputs: None, a text, or a list of (name, export output or text);
//       training_hooks, training_chief_hooks, evaluation_hooks, prediction_hooks: lists of hooks or texts;
//       scaffold: None, a scaffold or a text})                    -> spec
//   spec.fields(spec) -> {mode, predictions, loss, train_op, eval_metric_ops: [(name, [values], [updates])],
//       export_outputs: None or [(name, object)], *_hooks: [hooks], scaffold}
//   export.classification(scores or None, classes or None), export.regression(value), export.predict(outputs)
//                                                                 -> export output
//   export.supervised(is training?, loss, predictions, metrics: None or [(key or None, value, update)]) -> export output
//   export.fields(export output) -> {kind, scores, classes, value, outputs: [(name, output)]; loss, predictions, metrics:
//       None or [(name, output)]}
//   run_config.new({TensorFlow's 17 fields as far as given; TF_CONFIG: text instead of the environment's;
//       show_progress, exact_resume: bool})                                     -> run config
//   run_config.replace(run config, {fields})                      -> run config
//   run_config.fields(run config) -> {17 fields, service, cluster_spec, task_type, task_id, global_id_in_cluster, master,
//       evaluation_master, is_chief, num_ps_replicas, num_worker_replicas, device_filters, environment}
//   run_config.text(run config)                                   -> the text of `Using config:`

/// A run configuration as an object.
final class RunConfigObject {
  let config: RunConfig
  init(_ config: RunConfig) { self.config = config }
}

let estimatorSpecFunctions: [HostFunction] = [
  HostFunction("spec.new") { arguments in
    let graph: Graph? = try arguments.optionalObject(0)
    return .object(
      try EstimatorSpec(mode: arguments.string(1), graph: graph, try EstimatorSpec.Fields(arguments.named(2))))
  },
  HostFunction("spec.fields") { arguments in
    let spec: EstimatorSpec = try arguments.object(0)
    return spec.value
  },
  HostFunction("export.classification") { arguments in
    .object(try ClassificationOutput(scores: SpecValue(arguments[0]), classes: SpecValue(arguments[1])))
  },
  HostFunction("export.regression") { arguments in
    .object(try RegressionOutput(value: SpecValue(arguments[0]) ?? .other("None")))
  },
  HostFunction("export.predict") { arguments in
    .object(try PredictOutput(outputs: SpecValue(arguments[0]) ?? .other("None")))
  },
  HostFunction("export.supervised") { arguments in
    let metrics =
      arguments.isNone(3)
      ? nil
      : try arguments.list(3).map { item -> SupervisedOutput.Metric in
        guard case .tuple(let parts) = item, parts.count == 3 else {
          throw EngineError.type("export.supervised: metrics are a key, a value and an update")
        }
        let key: SpecKey? = if case .none = parts[0] { nil } else { SpecKey(parts[0]) }
        return (key, SpecValue(parts[1]) ?? .other("None"), SpecValue(parts[2]) ?? .other("None"))
      }
    return .object(
      try SupervisedOutput(
        isTraining: arguments.bool(0), loss: SpecValue(arguments[1]), predictions: SpecValue(arguments[2]),
        metrics: metrics))
  },
  HostFunction("export.fields") { arguments in
    let output: ExportOutput = try arguments.object(0)
    func named(_ outputs: [(name: String, output: Output)]?) -> Value {
      outputs.map { .list($0.map { .tuple([.text($0.name), .output($0.output)]) }) } ?? .none
    }
    switch output {
    case let output as ClassificationOutput:
      return .dict([
        ("kind", .text("classification")), ("scores", .optional(output.scores)), ("classes", .optional(output.classes)),
      ])
    case let output as RegressionOutput:
      return .dict([("kind", .text("regression")), ("value", .output(output.value))])
    case let output as PredictOutput:
      return .dict([("kind", .text("predict")), ("outputs", named(output.outputs))])
    case let output as SupervisedOutput:
      return .dict([
        ("kind", .text("supervised")), ("loss", named(output.loss)), ("predictions", named(output.predictions)),
        ("metrics", named(output.metrics)),
      ])
    default: return .dict([("kind", .text("other"))])
    }
  },
  HostFunction("run_config.new") { arguments in .object(RunConfigObject(try RunConfig(arguments.named(0)))) },
  HostFunction("run_config.replace") { arguments in
    let object: RunConfigObject = try arguments.object(0)
    return .object(RunConfigObject(try object.config.replacing(arguments.named(1))))
  },
  HostFunction("run_config.fields") { arguments in
    let object: RunConfigObject = try arguments.object(0)
    return object.config.value
  },
  HostFunction("run_config.text") { arguments in
    let object: RunConfigObject = try arguments.object(0)
    return .text(object.config.description)
  },
]

extension SpecValue {
  /// `nil` for `None`.
  init?(_ value: Value) {
    switch value {
    case .none: return nil
    case .output(let output): self = .output(output)
    case .node(let node): self = .node(node)
    case .object(let variable as Variable): self = .variable(variable)
    case .text(let text): self = .other(text)
    case .dict(let pairs): self = .dict(pairs.map { (SpecKey($0.key), SpecValue($0.value) ?? .other("None")) })
    case .list(let items):
      self = .dict(
        items.compactMap { item in
          guard case .tuple(let pair) = item, pair.count == 2 else { return nil }
          return (SpecKey(pair[0]), SpecValue(pair[1]) ?? .other("None"))
        })
    default: self = .other("<\(value.kindName)>")
    }
  }

  var value: Value {
    switch self {
    case .output(let output): .output(output)
    case .node(let node): .node(node)
    case .variable(let variable): .object(variable)
    case .dict(let pairs): .list(pairs.map { .tuple([.text($0.key.text), $0.value.value]) })
    case .other(let text): .text(text)
    }
  }
}

extension SpecKey {
  init(_ value: Value) {
    switch value {
    case .text(let text): self.init(text)
    case .tuple(let parts):
      let texts = parts.map { part -> String in if case .text(let text) = part { text } else { part.kindName } }
      self.init(texts.joined(separator: "/"), kind: .tuple)
    case .bytes(let text): self.init(String(decoding: text, as: UTF8.self), kind: .other)
    case .int(let number): self.init(String(number), kind: .other)
    default: self.init(value.kindName, kind: .other)
    }
  }
}

extension EstimatorSpec.Fields {
  init(_ options: Options) throws {
    self.init()
    predictions = SpecValue(options.value("predictions"))
    loss = SpecValue(options.value("loss"))
    trainOp = SpecValue(options.value("train_op"))
    evalMetricOps = try EstimatorSpec.Fields.metrics(options.value("eval_metric_ops"))
    exportOutputs = try EstimatorSpec.Fields.exports(options.value("export_outputs"))
    trainingChiefHooks = try EstimatorSpec.Fields.hooks(options["training_chief_hooks"])
    trainingHooks = try EstimatorSpec.Fields.hooks(options["training_hooks"])
    evaluationHooks = try EstimatorSpec.Fields.hooks(options["evaluation_hooks"])
    predictionHooks = try EstimatorSpec.Fields.hooks(options["prediction_hooks"])
    switch options.value("scaffold") {
    case .none: scaffold = .absent
    case .object(let given as Scaffold): scaffold = .value(given)
    case .text(let text): scaffold = .other(text)
    case let value: scaffold = .other("<\(value.kindName)>")
    }
  }

  private static func hooks(_ argument: Arguments) throws -> [EstimatorSpec.HookValue] {
    if argument.isNone(0) { return [] }
    return try argument.list(0).map {
      switch $0 {
      case .object(let hook as SessionRunHook): .hook(hook)
      case .text(let text): .other(text)
      default: .other("<\($0.kindName)>")
      }
    }
  }

  private static func metrics(
    _ value: Value
  ) throws -> EstimatorSpec.Field<[(name: String, metric: SpecMetric)]> {
    let items: [Value]
    switch value {
    case .none: return .absent
    case .text(let text): return .other(text)
    case .list(let given): items = given
    default: return .other("<\(value.kindName)>")
    }
    return .value(
      try items.map { item in
        guard case .tuple(let parts) = item, parts.count >= 3, case .text(let name) = parts[0],
          case .text(let kind) = parts[1]
        else { throw EngineError.type("spec.new: a metric is a tuple of name, kind and parts") }
        let arguments = Arguments(function: "spec.new: metric '\(name)'", values: parts)
        func leaves(_ index: Int) throws -> [SpecValue] {
          try arguments.list(index).map { SpecValue($0) ?? .other("None") }
        }
        switch kind {
        case "pair": return (name, .pair(values: try leaves(2), updates: try leaves(3)))
        case "keras":
          return (
            name,
            .keras(
              name: try arguments.string(2), result: SpecValue(parts[3]) ?? .other("None"), updates: try leaves(4),
              variables: try arguments.objects(5))
          )
        default: return (name, .other(try arguments.string(2)))
        }
      })
  }

  private static func exports(
    _ value: Value
  ) throws -> EstimatorSpec.Field<[(name: String, output: EstimatorSpec.Field<ExportOutput>)]> {
    switch value {
    case .none: return .absent
    case .text(let text): return .other(text)
    case .list(let items):
      return .value(
        try items.map { item in
          guard case .tuple(let parts) = item, parts.count == 2, case .text(let name) = parts[0] else {
            throw EngineError.type("spec.new: an export output is a pair of name and object")
          }
          switch parts[1] {
          case .object(let output as ExportOutput): return (name, .value(output))
          case .text(let text): return (name, .other(text))
          default: return (name, .other("<\(parts[1].kindName)>"))
          }
        })
    default: return .other("<\(value.kindName)>")
    }
  }
}

extension EstimatorSpec {
  var value: Value {
    func hooks(_ hooks: [SessionRunHook]) -> Value { .list(hooks.map { .object($0) }) }
    return .dict([
      ("mode", .text(mode)), ("predictions", predictions?.value ?? .none), ("loss", loss?.value ?? .none),
      ("train_op", trainOp?.value ?? .none),
      (
        "eval_metric_ops",
        .list(
          evalMetricOps.map {
            .tuple([.text($0.name), .list($0.values.map(\.value)), .list($0.updates.map(\.value))])
          })
      ),
      (
        "export_outputs", exportOutputs.map { .list($0.map { .tuple([.text($0.name), .object($0.output)]) }) } ?? .none
      ),
      ("training_chief_hooks", hooks(trainingChiefHooks)), ("training_hooks", hooks(trainingHooks)),
      ("scaffold", .object(scaffold)), ("evaluation_hooks", hooks(evaluationHooks)),
      ("prediction_hooks", hooks(predictionHooks)),
    ])
  }
}

extension RunConfig {
  private static func anyObject(_ value: Value) throws -> AnyObject? {
    switch value {
    case .none: nil
    case .host(let host): host
    case .object(let object): object
    default: throw EngineError.type("a run configuration cannot hold a \(value.kindName) here")
    }
  }

  private static func integer(_ options: Options, _ name: String, _ message: String) throws -> Int? {
    switch options.value(name) {
    case .none: nil
    case .int(let value): value
    default: throw EngineError.value(message)
    }
  }

  private static func setting<T>(_ options: Options, _ name: String, _ read: (String) throws -> T?) throws
    -> Setting<T>
  {
    options.has(name) ? .value(try read(name)) : .unset
  }

  init(_ options: Options) throws {
    func whole(_ name: String, default standard: Int?) throws -> Int? {
      options.has(name) ? try options.int(name) : standard
    }
    func number(_ name: String, default standard: Double?) throws -> Double? {
      options.has(name) ? try options.double(name) : standard
    }
    try self.init(
      modelDir: options.text("model_dir"),
      randomSeed: RunConfig.integer(options, "tf_random_seed", "tf_random_seed must be integer."),
      saveSummarySteps: whole("save_summary_steps", default: 100),
      saveCheckpointsSteps: RunConfig.setting(options, "save_checkpoints_steps", options.int),
      saveCheckpointsSecs: RunConfig.setting(options, "save_checkpoints_secs", options.double),
      sessionConfig: RunConfig.anyObject(options.value("session_config")),
      keepCheckpointMax: whole("keep_checkpoint_max", default: 5),
      keepCheckpointEveryNHours: number("keep_checkpoint_every_n_hours", default: 10000),
      logStepCountSteps: whole("log_step_count_steps", default: 100),
      trainDistribute: RunConfig.anyObject(options.value("train_distribute")),
      deviceFunction: RunConfig.anyObject(options.value("device_fn")),
      networkProtocol: options.text("protocol"), evalDistribute: RunConfig.anyObject(options.value("eval_distribute")),
      experimentalDistribute: RunConfig.anyObject(options.value("experimental_distribute")),
      experimentalMaxWorkerDelaySecs: RunConfig.integer(
        options, "experimental_max_worker_delay_secs",
        "experimental_max_worker_delay_secs must be an integer if set."),
      sessionCreationTimeoutSecs: number("session_creation_timeout_secs", default: 7200),
      checkpointSaveGraphDef: options.bool("checkpoint_save_graph_def", default: true),
      exactResume: options.bool("exact_resume", default: false),
      clusterConfiguration: options.has("TF_CONFIG")
        ? options.text("TF_CONFIG") : Platform.environment("TF_CONFIG"))
    showsProgress = try options.bool("show_progress", default: true)
  }

  func replacing(_ options: Options) throws -> RunConfig {
    let allowed = RunConfig.replaceableFields
    for (name, _) in options.pairs where !allowed.contains(name) && name != "show_progress" && name != "exact_resume" {
      let list = allowed.map { "'\($0)'" }.joined(separator: ", ")
      throw EngineError.value("Replacing \(name) is not supported. Allowed properties are [\(list)].")
    }
    var failure: EngineError?
    let result = try replacing(
      saveCheckpointsSteps: RunConfig.setting(options, "save_checkpoints_steps", options.int),
      saveCheckpointsSecs: RunConfig.setting(options, "save_checkpoints_secs", options.double)
    ) { config in
      do {
        for (name, _) in options.pairs { try config.set(name, options) }
      } catch let error as EngineError { failure = error } catch {}
    }
    if let failure { throw failure }
    return result
  }

  private mutating func set(_ name: String, _ options: Options) throws {
    switch name {
    case "model_dir": setModelDir(try options.text(name))
    case "tf_random_seed": setRandomSeed(try RunConfig.integer(options, name, "tf_random_seed must be integer."))
    case "save_summary_steps": setSaveSummarySteps(try options.int(name))
    case "keep_checkpoint_max": setKeepCheckpointMax(try options.int(name))
    case "keep_checkpoint_every_n_hours": setKeepCheckpointEveryNHours(try options.double(name))
    case "log_step_count_steps": setLogStepCountSteps(try options.int(name))
    case "checkpoint_save_graph_def": setCheckpointSaveGraphDef(try options.bool(name, default: true))
    case "protocol": setNetworkProtocol(try options.text(name))
    case "session_creation_timeout_secs": setSessionCreationTimeoutSecs(try options.double(name))
    case "experimental_max_worker_delay_secs":
      setExperimentalMaxWorkerDelaySecs(
        try RunConfig.integer(options, name, "experimental_max_worker_delay_secs must be an integer if set."))
    case "session_config", "train_distribute", "device_fn", "eval_distribute", "experimental_distribute":
      setOpaque(name, try RunConfig.anyObject(options.value(name)))
    case "exact_resume": setExactResume(try options.bool(name, default: false))
    case "show_progress": showsProgress = try options.bool(name, default: true)
    default: break
    }
  }

  var value: Value {
    var fields: [(key: String, value: Value)] = [
      ("model_dir", .optional(modelDir)), ("tf_random_seed", .optional(randomSeed)),
      ("save_summary_steps", .optional(saveSummarySteps)), ("save_checkpoints_steps", .optional(saveCheckpointsSteps)),
      ("save_checkpoints_secs", wholeOrFloat(saveCheckpointsSecs)), ("session_config", .optional(sessionConfig)),
      ("keep_checkpoint_max", .optional(keepCheckpointMax)),
      ("keep_checkpoint_every_n_hours", wholeOrFloat(keepCheckpointEveryNHours)),
      ("log_step_count_steps", .optional(logStepCountSteps)), ("train_distribute", .optional(trainDistribute)),
      ("device_fn", .optional(deviceFunction)), ("protocol", .optional(networkProtocol)),
      ("eval_distribute", .optional(evalDistribute)), ("experimental_distribute", .optional(experimentalDistribute)),
      ("experimental_max_worker_delay_secs", .optional(experimentalMaxWorkerDelaySecs)),
      ("session_creation_timeout_secs", wholeOrFloat(sessionCreationTimeoutSecs)),
      ("checkpoint_save_graph_def", .bool(checkpointSaveGraphDef)),
      ("service", cluster.service.map { .dict($0.map { ($0.key, Value($0.value)) }) } ?? .none),
      ("cluster_spec", .dict(cluster.jobs.map { ($0.name, .strings($0.addresses)) })),
      ("task_type", .text(taskType)), ("task_id", .int(taskID)),
      ("global_id_in_cluster", .optional(cluster.globalID)), ("master", .text(cluster.master)),
      ("evaluation_master", .text(cluster.evaluationMaster)), ("is_chief", .bool(isChief)),
      ("num_ps_replicas", .int(cluster.parameterServerCount)), ("num_worker_replicas", .int(cluster.workerCount)),
      ("device_filters", .strings(cluster.deviceFilters)), ("environment", .optional(cluster.environment)),
    ]
    // TensorFlow has no such field, so it shows only where a program uses it.
    if exactResume { fields.append(("exact_resume", .bool(true))) }
    return .dict(fields)
  }

  /// Whole numbers of seconds look like what the program wrote.
  private func wholeOrFloat(_ number: Double?) -> Value {
    guard let number else { return .none }
    return number == number.rounded() && abs(number) < 1e15 ? .int(Int(number)) : .float(number)
  }
}

extension Value {
  init(_ json: Json) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .number(let value): self = value == value.rounded() && abs(value) < 1e15 ? .int(Int(value)) : .float(value)
    case .string(let value): self = .text(value)
    case .array(let items): self = .list(items.map { Value($0) })
    case .object(let members): self = .dict(members.map { ($0.key, Value($0.value)) })
    }
  }
}
