import EngineCore

/// How an Estimator runs: where it saves, how often, with which seed, and its place in a cluster.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/RunConfig
public struct RunConfig {
  /// A value that may have been left out, which differs from having been given as none.
  public enum Setting<Wrapped> {
    case unset
    case value(Wrapped?)

    var isGiven: Bool {
      if case .value(.some) = self { return true }
      return false
    }
    var isUnset: Bool {
      if case .unset = self { return true }
      return false
    }
  }

  public internal(set) var modelDir: String?
  public internal(set) var randomSeed: Int?
  /// Steps between two summaries; 0 and `nil` switch them off.
  public internal(set) var saveSummarySteps: Int?
  public internal(set) var saveCheckpointsSteps: Int?
  public internal(set) var saveCheckpointsSecs: Double?
  /// The host's own object; the engine has no use for it.
  public internal(set) var sessionConfig: AnyObject?
  /// Checkpoints kept at most; 0 and `nil` keep all.
  public internal(set) var keepCheckpointMax: Int?
  public internal(set) var keepCheckpointEveryNHours: Double?
  /// Steps between two log lines of loss and speed; `nil` switches them off.
  public internal(set) var logStepCountSteps: Int?
  public internal(set) var trainDistribute: AnyObject?
  public internal(set) var deviceFunction: AnyObject?
  public internal(set) var networkProtocol: String?
  public internal(set) var evalDistribute: AnyObject?
  public internal(set) var experimentalDistribute: AnyObject?
  public internal(set) var experimentalMaxWorkerDelaySecs: Int?
  public internal(set) var sessionCreationTimeoutSecs: Double?
  /// Whether `.meta` files and `graph.pbtxt` are written.
  public internal(set) var checkpointSaveGraphDef: Bool
  /// Whether a training that was killed goes on as an unbroken one would have: with each checkpoint, the position of the
  /// input, the state of random ops and the counters of hooks are saved too. Not a field of TensorFlow's.
  public internal(set) var exactResume = false
  /// Whether a terminal shows a bar while training runs; not a field of TensorFlow's.
  public var showsProgress = true

  public internal(set) var cluster: ClusterRole

  /// **Errors**: `ValueError` (`TypeError` for `service`) for a field out of range and for a bad `TF_CONFIG`.
  public init(
    modelDir: String? = nil, randomSeed: Int? = nil, saveSummarySteps: Int? = 100,
    saveCheckpointsSteps: Setting<Int> = .unset, saveCheckpointsSecs: Setting<Double> = .unset,
    sessionConfig: AnyObject? = nil, keepCheckpointMax: Int? = 5, keepCheckpointEveryNHours: Double? = 10000,
    logStepCountSteps: Int? = 100, trainDistribute: AnyObject? = nil, deviceFunction: AnyObject? = nil,
    networkProtocol: String? = nil, evalDistribute: AnyObject? = nil, experimentalDistribute: AnyObject? = nil,
    experimentalMaxWorkerDelaySecs: Int? = nil, sessionCreationTimeoutSecs: Double? = 7200,
    checkpointSaveGraphDef: Bool = true, exactResume: Bool = false,
    clusterConfiguration: String? = Platform.environment("TF_CONFIG")
  ) throws {
    if saveCheckpointsSteps.isGiven && saveCheckpointsSecs.isGiven { throw RunConfig.bothSaveIntervals }
    let configuration = try ClusterRole.document(clusterConfiguration)
    self.modelDir = try RunConfig.modelDirectory(modelDir, configuration)
    self.randomSeed = randomSeed
    self.saveSummarySteps = saveSummarySteps
    if saveCheckpointsSteps.isUnset && saveCheckpointsSecs.isUnset {
      self.saveCheckpointsSecs = 600
    } else {
      if case .value(let steps) = saveCheckpointsSteps { self.saveCheckpointsSteps = steps }
      if case .value(let seconds) = saveCheckpointsSecs { self.saveCheckpointsSecs = seconds }
    }
    self.sessionConfig = sessionConfig
    self.keepCheckpointMax = keepCheckpointMax
    self.keepCheckpointEveryNHours = keepCheckpointEveryNHours
    self.logStepCountSteps = logStepCountSteps
    self.trainDistribute = trainDistribute
    self.deviceFunction = deviceFunction
    self.networkProtocol = networkProtocol
    self.evalDistribute = evalDistribute
    self.experimentalDistribute = experimentalDistribute
    self.experimentalMaxWorkerDelaySecs = experimentalMaxWorkerDelaySecs
    self.sessionCreationTimeoutSecs = sessionCreationTimeoutSecs
    self.checkpointSaveGraphDef = checkpointSaveGraphDef
    self.exactResume = exactResume
    cluster = ClusterRole()
    try check()
    cluster = try ClusterRole(configuration)
  }

  private static var bothSaveIntervals: EngineError {
    EngineError.value("`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set.")
  }

  private static func modelDirectory(_ given: String?, _ configuration: Json?) throws -> String? {
    guard let member = configuration?["model_dir"] else { return given }
    guard let fromCluster = member.text, !fromCluster.isEmpty else {
      throw EngineError.value("model_dir in TF_CONFIG should be non-empty.")
    }
    if let given, given != fromCluster {
      throw EngineError.value(
        "`model_dir` provided in RunConfig construct, if set, must have the same value as the model_dir in TF_CONFIG. "
          + "model_dir: \(given)\nTF_CONFIG[\"model_dir\"]: \(fromCluster).\n")
    }
    return given ?? fromCluster
  }

  func check() throws {
    func require(_ holds: Bool, _ message: String) throws { if !holds { throw EngineError.value(message) } }
    try require(modelDir != "", "model_dir should be non-empty.")
    try require((saveSummarySteps ?? 0) >= 0, "save_summary_steps should be >= 0")
    try require((saveCheckpointsSteps ?? 0) >= 0, "save_checkpoints_steps should be >= 0")
    try require((saveCheckpointsSecs ?? 0) >= 0, "save_checkpoints_secs should be >= 0")
    try require((keepCheckpointMax ?? 0) >= 0, "keep_checkpoint_max should be >= 0")
    try require((keepCheckpointEveryNHours ?? 1) > 0, "keep_checkpoint_every_n_hours should be > 0")
    try require((logStepCountSteps ?? 1) > 0, "log_step_count_steps should be > 0")
    try require(
      networkProtocol == nil || networkProtocol == "grpc" || networkProtocol == "grpc+verbs",
      "protocol should be grpc or grpc+verbs")
    try require((sessionCreationTimeoutSecs ?? 1) > 0, "session_creation_timeout_secs should be > 0")
  }

  /// A copy with some fields changed.
  ///
  /// Giving one of the two checkpoint intervals clears the other.
  /// **Errors**: `ValueError` when both intervals are given, or a field is out of range.
  public func replacing(
    saveCheckpointsSteps: Setting<Int> = .unset, saveCheckpointsSecs: Setting<Double> = .unset,
    _ change: (inout RunConfig) -> Void = { _ in }
  ) throws -> RunConfig {
    if saveCheckpointsSteps.isGiven && saveCheckpointsSecs.isGiven { throw RunConfig.bothSaveIntervals }
    var copy = self
    change(&copy)
    if case .value(let steps) = saveCheckpointsSteps {
      copy.saveCheckpointsSteps = steps
      if steps != nil { copy.saveCheckpointsSecs = nil }
    }
    if case .value(let seconds) = saveCheckpointsSecs {
      copy.saveCheckpointsSecs = seconds
      if seconds != nil { copy.saveCheckpointsSteps = nil }
    }
    try copy.check()
    return copy
  }

  public static let replaceableFields = [
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
    "session_config", "keep_checkpoint_max", "keep_checkpoint_every_n_hours", "log_step_count_steps",
    "train_distribute", "device_fn", "protocol", "eval_distribute", "experimental_distribute",
    "experimental_max_worker_delay_secs", "session_creation_timeout_secs", "checkpoint_save_graph_def",
  ]

  public var taskType: String { cluster.taskType }
  public var taskID: Int { cluster.taskID }
  public var isChief: Bool { cluster.isChief }

  public mutating func setModelDir(_ path: String?) { modelDir = path }
  public mutating func setRandomSeed(_ seed: Int?) { randomSeed = seed }
  public mutating func setSaveSummarySteps(_ steps: Int?) { saveSummarySteps = steps }
  public mutating func setKeepCheckpointMax(_ count: Int?) { keepCheckpointMax = count }
  public mutating func setKeepCheckpointEveryNHours(_ hours: Double?) { keepCheckpointEveryNHours = hours }
  public mutating func setLogStepCountSteps(_ steps: Int?) { logStepCountSteps = steps }
  public mutating func setCheckpointSaveGraphDef(_ saves: Bool) { checkpointSaveGraphDef = saves }
  public mutating func setExactResume(_ resumes: Bool) { exactResume = resumes }
  public mutating func setNetworkProtocol(_ name: String?) { networkProtocol = name }
  public mutating func setSessionCreationTimeoutSecs(_ seconds: Double?) { sessionCreationTimeoutSecs = seconds }
  public mutating func setExperimentalMaxWorkerDelaySecs(_ seconds: Int?) { experimentalMaxWorkerDelaySecs = seconds }

  /// Replaces a field that holds an object of the host, by TensorFlow's name of it.
  public mutating func setOpaque(_ name: String, _ object: AnyObject?) {
    switch name {
    case "session_config": sessionConfig = object
    case "train_distribute": trainDistribute = object
    case "device_fn": deviceFunction = object
    case "eval_distribute": evalDistribute = object
    case "experimental_distribute": experimentalDistribute = object
    default: break
    }
  }
}

extension RunConfig: CustomStringConvertible {
  /// The fields in TensorFlow's order, as `Using config: ` shows them.
  public var description: String {
    func show(_ value: Int?) -> String { value.map(String.init) ?? "None" }
    func show(_ value: Double?) -> String {
      value.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : NumberText.text($0) } ?? "None"
    }
    func show(_ value: AnyObject?) -> String { value == nil ? "None" : "<object>" }
    func quote(_ value: String?) -> String { value.map { "'\($0)'" } ?? "None" }
    func truth(_ value: Bool) -> String { value ? "True" : "False" }
    var fields = [
      ("model_dir", quote(modelDir)), ("tf_random_seed", show(randomSeed)),
      ("save_summary_steps", show(saveSummarySteps)), ("save_checkpoints_steps", show(saveCheckpointsSteps)),
      ("save_checkpoints_secs", show(saveCheckpointsSecs)), ("session_config", show(sessionConfig)),
      ("keep_checkpoint_max", show(keepCheckpointMax)),
      ("keep_checkpoint_every_n_hours", show(keepCheckpointEveryNHours)),
      ("log_step_count_steps", show(logStepCountSteps)), ("train_distribute", show(trainDistribute)),
      ("device_fn", show(deviceFunction)), ("protocol", quote(networkProtocol)),
      ("eval_distribute", show(evalDistribute)), ("experimental_distribute", show(experimentalDistribute)),
      ("experimental_max_worker_delay_secs", show(experimentalMaxWorkerDelaySecs)),
      ("session_creation_timeout_secs", show(sessionCreationTimeoutSecs)),
      ("checkpoint_save_graph_def", truth(checkpointSaveGraphDef)), ("service", "None"),
      ("cluster_spec", cluster.description), ("task_type", quote(cluster.taskType)),
      ("task_id", String(cluster.taskID)), ("global_id_in_cluster", show(cluster.globalID)),
      ("master", quote(cluster.master)), ("evaluation_master", quote(cluster.evaluationMaster)),
      ("is_chief", truth(cluster.isChief)), ("num_ps_replicas", String(cluster.parameterServerCount)),
      ("num_worker_replicas", String(cluster.workerCount)),
    ]
    if exactResume { fields.append(("exact_resume", "True")) }
    return "{" + fields.map { "'_\($0.0)': \($0.1)" }.joined(separator: ", ") + "}"
  }
}
