import EngineCore
import EngineGraph
import EngineRuntime

/// Ends training after a number of steps, or at a given global step.
public final class StopAtStepHook: SessionRunHook {
  public let stepCount: Int?
  /// Where training ends; found out when the first session starts if only a number of steps was given.
  public private(set) var lastStep: Int?
  private var globalStep: Output?
  private var request = RunArguments()

  /// **Errors**: `ValueError` unless exactly one is given.
  public init(stepCount: Int? = nil, lastStep: Int? = nil) throws {
    if stepCount == nil && lastStep == nil {
      throw EngineError.value("One of num_steps or last_step must be specified.")
    }
    if stepCount != nil && lastStep != nil {
      throw EngineError.value("Only one of num_steps or last_step can be specified.")
    }
    self.stepCount = stepCount
    self.lastStep = lastStep
  }

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { [.begin, .afterCreateSession, .beforeRun, .afterRun] }

  public override func begin(_ graph: Graph) throws {
    let read = try GlobalStep.required(by: "StopAtStepHook", in: graph)
    globalStep = read
    request = RunArguments(fetches: [read])
  }

  public override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    // A session made anew after a failure keeps the target.
    guard lastStep == nil, let globalStep, let stepCount else { return }
    lastStep = try GlobalStep.value(globalStep, in: session).clampedSum(stepCount)
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? { request }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let lastStep, let globalStep, let stale = try values.results.first?.integerScalar() else { return }
    // The value is from before the step; only near the end is it worth a run to know it exactly.
    if stale.clampedSum(1) >= lastStep, try GlobalStep.value(globalStep, in: context.session) >= lastStep {
      context.requestStop()
    }
  }
}
