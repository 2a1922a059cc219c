import EngineCore
import EngineGraph
import EngineRuntime

/// Writes summaries after the first step and then every so many steps or seconds.
public final class SummarySaverHook: SessionRunHook {
  private let timer: SecondOrStepTimer
  private let outputDirectory: String?
  private let scaffold: Scaffold?
  private let summaryOps: [Output]?
  private var writer: (any SummaryWriting)?
  private var globalStep: Output?
  private var nextStep: Int?
  private var wantsSummary = false
  private var isStarted = false
  private var isInRun = false
  private var plainRequest = RunArguments()
  private var summaryRequest = RunArguments()

  /// **Errors**: `ValueError` unless exactly one interval, and exactly one of scaffold and summary op, is given.
  public init(
    saveSteps: Int? = nil, saveSecs: Double? = nil, outputDirectory: String? = nil, writer: (any SummaryWriting)? = nil,
    scaffold: Scaffold? = nil, summaryOps: [Output]? = nil
  ) throws {
    if (scaffold == nil) == (summaryOps == nil) {
      throw EngineError.value("Exactly one of scaffold or summary_op must be provided.")
    }
    timer = try SecondOrStepTimer(everySecs: saveSecs, everySteps: saveSteps)
    self.outputDirectory = outputDirectory
    self.writer = writer
    self.scaffold = scaffold
    self.summaryOps = summaryOps
  }

  public override var programMethods: HookMethods { writer.map { $0 is SummaryWriter } ?? true ? [] : methods }
  public override var methods: HookMethods { [.begin, .afterCreateSession, .beforeRun, .afterRun, .end] }

  public override func begin(_ graph: Graph) throws {
    if writer == nil, let outputDirectory { writer = try SummaryWriterCache.writer(for: outputDirectory, graph: graph) }
    nextStep = nil
    isStarted = false
    globalStep = try GlobalStep.required(by: "SummarySaverHook", in: graph)
  }

  public override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    guard let globalStep else { return }
    plainRequest = RunArguments(fetches: [globalStep])
    // The scaffold knows its summary op only now that it is final.
    let summaries = summaryOps ?? scaffold?.summaryOp.map { [$0] } ?? []
    summaryRequest = RunArguments(fetches: [globalStep] + summaries)
  }

  public override func saveState(_ encoder: inout StateEncoder) throws {
    // In the middle of a run that writes summaries, they belong to the step that the run makes.
    guard let nextStep else { return }
    let isWriting = isInRun && wantsSummary
    encoder.append(Int64(isInRun ? nextStep.clampedSum(1) : nextStep))
    let last = isWriting ? nextStep : timer.lastTriggeredStep
    encoder.append(optional: last) { $0.append(Int64($1)) }
  }

  public override func restoreState(_ decoder: inout StateDecoder) throws {
    nextStep = try decoder.steps()
    try timer.restoreState(&decoder)
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    isInRun = true
    wantsSummary = nextStep.map { timer.shouldTrigger(forStep: $0) } ?? true
    return wantsSummary ? summaryRequest : plainRequest
  }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let writer, let globalStep, let stale = try values.results.first?.integerScalar() else { return }
    var step = stale.clampedSum(1)
    if nextStep == nil || wantsSummary { step = try GlobalStep.value(globalStep, in: context.session) }
    isInRun = false
    // Readers drop what an earlier process wrote from this step on.
    if !isStarted { try writer.addSessionLog(.start, path: "", message: "", step: step) }
    isStarted = true
    if wantsSummary {
      timer.updateLastTriggeredStep(step)
      for summary in values.results.dropFirst() {
        for bytes in summary.strings { try writer.addSummary(bytes, step: step) }
      }
    }
    nextStep = step.clampedSum(1)
  }

  public override func end(_ session: Session) throws { try writer?.flush() }
}
