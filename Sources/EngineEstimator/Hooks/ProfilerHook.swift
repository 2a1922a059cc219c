import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Writes a timeline of a step every so many steps or seconds, for `chrome://tracing`, and the step's metadata to the
/// event file.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/ProfilerHook
public final class ProfilerHook: SessionRunHook {
  public let outputDirectory: String
  private let timer: SecondOrStepTimer
  private let showsDataflow: Bool
  private let showsMemory: Bool
  private var globalStep: Output?
  private var writer: SummaryWriter?
  private var nextStep: Int?
  private var isDue = false

  /// **Errors**: `ValueError` unless exactly one interval is given.
  public init(
    saveSteps: Int? = nil, saveSecs: Double? = nil, outputDirectory: String = "", showsDataflow: Bool = true,
    showsMemory: Bool = false
  ) throws {
    timer = try SecondOrStepTimer(everySecs: saveSecs, everySteps: saveSteps)
    self.outputDirectory = outputDirectory
    self.showsDataflow = showsDataflow
    self.showsMemory = showsMemory
  }

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { [.begin, .beforeRun, .afterRun] }

  public override func begin(_ graph: Graph) throws {
    nextStep = nil
    globalStep = try GlobalStep.required(by: "ProfilerHook", in: graph)
    writer = try SummaryWriterCache.writer(for: outputDirectory.isEmpty ? "." : outputDirectory, graph: graph)
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    guard let globalStep else { return nil }
    isDue = nextStep.map { timer.shouldTrigger(forStep: $0) } ?? false
    return RunArguments(fetches: [globalStep], options: isDue ? RunOptions(traceLevel: .full) : nil)
  }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let globalStep, let stale = try values.results.first?.integerScalar() else { return }
    // The first run only says where the counting begins.
    if nextStep == nil { timer.updateLastTriggeredStep(stale) }
    var step = stale.clampedSum(1)
    if isDue {
      step = try GlobalStep.value(globalStep, in: context.session)
      timer.updateLastTriggeredStep(step)
      let metadata = try (values.metadata ?? RunMetadata()).message()
      try save(step, metadata.message("step_stats") ?? ProtoMessage("StepStats"))
      try writer?.addRunMetadata(metadata.serialized(), tag: "step_\(step)", step: nil)
    }
    nextStep = step.clampedSum(1)
  }

  private func save(_ step: Int, _ stepStats: ProtoMessage) throws {
    let path = FileSystem.join(outputDirectory, "timeline-\(step).json")
    Logger.info("Saving timeline for \(step) into '\(path)'.")
    let text = try ChromeTrace(stepStats).text(showsDataflow: showsDataflow, showsMemory: showsMemory)
    try AtomicFile.write(path, ByteString(text.utf8))
  }
}
