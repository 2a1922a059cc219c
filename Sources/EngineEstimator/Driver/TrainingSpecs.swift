import EngineCore

/// What training is to do: the model on its input, up to a global step.
public struct TrainSpec {
  /// What builds model and input, for the estimator that is trained.
  public let builder: (Estimator) throws -> Estimator.ModelBuilder
  public let maxSteps: Int?
  public let hooks: [SessionRunHook]
  public let savingListeners: [CheckpointSaverListener]

  /// **Errors**: `ValueError` for a limit that is not positive.
  public init(
    maxSteps: Int? = nil, hooks: [SessionRunHook] = [], savingListeners: [CheckpointSaverListener] = [],
    _ build: @escaping Estimator.ModelBuilder
  ) throws {
    try self.init(maxSteps: maxSteps, hooks: hooks, savingListeners: savingListeners, builder: { _ in build })
  }

  /// **Errors**: `ValueError` for a limit that is not positive.
  public init(
    maxSteps: Int? = nil, hooks: [SessionRunHook] = [], savingListeners: [CheckpointSaverListener] = [],
    builder: @escaping (Estimator) throws -> Estimator.ModelBuilder
  ) throws {
    try TrainSpec.check(maxSteps: maxSteps)
    self.builder = builder
    self.maxSteps = maxSteps
    self.hooks = hooks
    self.savingListeners = savingListeners
  }

  /// **Errors**: `ValueError` for a limit that is not positive.
  public static func check(maxSteps: Int?) throws { try Estimator.checkStepCount(maxSteps, "max_steps") }
}

/// What evaluation between trainings is to do, and who exports its results.
public struct EvalSpec {
  /// What builds model and input, for the estimator that is evaluated.
  public let builder: (Estimator) throws -> Estimator.ModelBuilder
  public let steps: Int?
  public let name: String?
  public let hooks: [SessionRunHook]
  public let exporters: [Exporter]
  /// Seconds that an evaluating process waits before its first evaluation.
  public let startDelaySecs: Double
  /// Seconds that lie between two evaluations at least.
  public let throttleSecs: Double

  /// **Errors**: `ValueError` for a step count that is not positive, for negative times, and for exporters without a
  /// name of their own.
  public init(
    steps: Int? = 100, name: String? = nil, hooks: [SessionRunHook] = [], exporters: [Exporter] = [],
    startDelaySecs: Double = 120, throttleSecs: Double = 600, _ build: @escaping Estimator.ModelBuilder
  ) throws {
    try self.init(
      steps: steps, name: name, hooks: hooks, exporters: exporters, startDelaySecs: startDelaySecs,
      throttleSecs: throttleSecs, builder: { _ in build })
  }

  /// **Errors**: as above.
  public init(
    steps: Int? = 100, name: String? = nil, hooks: [SessionRunHook] = [], exporters: [Exporter] = [],
    startDelaySecs: Double = 120, throttleSecs: Double = 600,
    builder: @escaping (Estimator) throws -> Estimator.ModelBuilder
  ) throws {
    try EvalSpec.check(
      steps: steps, startDelaySecs: startDelaySecs, throttleSecs: throttleSecs, exporterNames: exporters.map(\.name))
    self.builder = builder
    self.steps = steps
    self.name = name
    self.hooks = hooks
    self.exporters = exporters
    self.startDelaySecs = startDelaySecs
    self.throttleSecs = throttleSecs
  }

  /// **Errors**: `ValueError`, as the initializer's.
  public static func check(
    steps: Int?, startDelaySecs: Double, throttleSecs: Double, exporterNames: [String?]
  ) throws {
    try Estimator.checkStepCount(steps, "steps")
    if startDelaySecs < 0 {
      throw EngineError.value("Must specify start_delay_secs >= 0, given: \(startDelaySecs)")
    }
    if throttleSecs < 0 { throw EngineError.value("Must specify throttle_secs >= 0, given: \(throttleSecs)") }
    var names = Set<String>()
    for name in exporterNames {
      guard let name, !name.isEmpty else {
        throw EngineError.value("An Exporter cannot have a name that is `None` or empty.")
      }
      if !names.insert(name).inserted {
        throw EngineError.value("`exporters` must have unique names. Such a name cannot be used twice: \(name)")
      }
    }
  }
}
