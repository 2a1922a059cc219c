import EngineCore
import EngineGraph
import EngineRuntime

/// Logs and records how many steps are done in a second.
open class StepCounterHook: SessionRunHook {
  public let timer: SecondOrStepTimer
  private let outputDirectory: String?
  private var writer: (any SummaryWriting)?
  private var globalStep: Output?
  private var request = RunArguments()
  private var tag = "global_step/sec"
  private var lastStale: Int?
  /// How often the process has been warned; as TensorFlow, not more than five times.
  nonisolated(unsafe) private static var warnings = 0
  private static let lock = Lock()
  /// Told every measurement; used by the progress report.
  var onMeasurement: ((_ stepsPerSecond: Double) -> Void)?

  /// **Errors**: `ValueError` unless exactly one interval is given.
  public init(
    everySteps: Int? = 100, everySecs: Double? = nil, outputDirectory: String? = nil,
    writer: (any SummaryWriting)? = nil
  ) throws {
    if (everySteps == nil) == (everySecs == nil) {
      throw EngineError.value("exactly one of every_n_steps and every_n_secs should be provided.")
    }
    timer = try SecondOrStepTimer(everySecs: everySecs, everySteps: everySteps)
    self.outputDirectory = outputDirectory
    self.writer = writer
  }

  open override var programMethods: HookMethods { type(of: self) != StepCounterHook.self ? methods : [] }
  open override var methods: HookMethods { [.begin, .beforeRun, .afterRun] }

  open override func begin(_ graph: Graph) throws {
    if writer == nil, let outputDirectory { writer = try SummaryWriterCache.writer(for: outputDirectory, graph: graph) }
    let read = try GlobalStep.required(by: "StepCounterHook", in: graph)
    globalStep = read
    request = RunArguments(fetches: [read])
    tag = try GlobalStep.name(in: graph) + "/sec"
  }

  open override func beforeRun(_ context: RunContext) throws -> RunArguments? { request }

  open override func saveState(_ encoder: inout StateEncoder) throws { timer.saveState(&encoder) }
  open override func restoreState(_ decoder: inout StateDecoder) throws { try timer.restoreState(&decoder) }

  open override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let globalStep, let stale = try values.results.first?.integerScalar() else { return }
    if timer.shouldTrigger(forStep: stale.clampedSum(1)) {
      let step = try GlobalStep.value(globalStep, in: context.session)
      if timer.shouldTrigger(forStep: step), let elapsed = timer.updateLastTriggeredStep(step) {
        try logAndRecord(elapsedSteps: elapsed.elapsedSteps, elapsedSecs: elapsed.elapsedSecs, step: step)
      }
    }
    if stale == lastStale, StepCounterHook.mayWarn() {
      Logger.warning(
        "It seems that global step (tf.train.get_global_step) has not been increased. Current value (could be stable): "
          + "\(stale) vs previous value: \(stale). You could increase the global step by passing "
          + "tf.train.get_global_step() to Optimizer.apply_gradients or Optimizer.minimize.")
    }
    lastStale = stale
  }

  private static func mayWarn() -> Bool {
    lock.withLock {
      warnings += 1
      return warnings <= 5
    }
  }

  /// Writes one measurement; subclasses may replace it.
  open func logAndRecord(elapsedSteps: Int, elapsedSecs: Double, step: Int) throws {
    let speed = Double(elapsedSteps) / max(elapsedSecs, 1e-12)
    try writer?.addScalar(tag, Float(speed), step: step)
    Logger.info("\(tag): \(Platform.format("%g", speed))")
    onMeasurement?(speed)
  }
}
