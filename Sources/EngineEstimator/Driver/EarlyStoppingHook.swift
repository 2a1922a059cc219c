import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// Ends training when a condition holds. The decision is a variable that other workers see, too.
public final class EarlyStoppingHook: SessionRunHook {
  private let isChief: Bool
  private let timer: SecondOrStepTimer
  private let shouldStop: () throws -> Bool
  private var globalStep: Output?
  private var flag: Variable?
  private var stop: Node?
  private var request = RunArguments()

  /// - Parameters:
  ///   - isChief: whether this process decides; others follow.
  ///   - shouldStop: asked whenever the interval has passed.
  /// **Errors**: `ValueError` when both intervals are given.
  public init(
    isChief: Bool = true, everySecs: Double? = 60, everySteps: Int? = nil, shouldStop: @escaping () throws -> Bool
  ) throws {
    if everySecs != nil && everySteps != nil {
      throw EngineError.value("Only one of `run_every_secs` and `run_every_steps` must be set.")
    }
    self.isChief = isChief
    self.shouldStop = shouldStop
    timer = try SecondOrStepTimer(everySecs: everySecs, everySteps: everySteps)
  }

  /// Ends training when the evaluations that have been written to a directory meet a rule.
  ///
  /// - Parameters:
  ///   - directory: default: where the estimator's unnamed evaluations go.
  ///   - minSteps: evaluations before this step do not count.
  /// **Errors**: `ValueError` when both intervals are given.
  public convenience init(
    _ estimator: Estimator, metric: String, _ rule: StoppingRule, directory: String? = nil, minSteps: Int = 0,
    everySecs: Double? = 60, everySteps: Int? = nil
  ) throws {
    let directory = directory ?? estimator.evaluationDirectory()
    try self.init(isChief: estimator.config.isChief, everySecs: everySecs, everySteps: everySteps) {
      rule.isMet(metric: metric, minSteps: minSteps, history: try EvaluationHistory.read(directory))
    }
  }

  public override var methods: HookMethods { [.begin, .beforeRun, .afterRun] }

  public override func begin(_ graph: Graph) throws {
    let read = try GlobalStep.required(by: "_StopOnPredicateHook", in: graph)
    globalStep = read
    let flag =
      try graph.variables(in: CollectionName.globalVariables).first { $0.nodeName == "signal_early_stopping/STOP" }
      ?? graph.withInitScope {
        try graph.withNameScope("signal_early_stopping") { _ in
          try Variable(in: graph, name: "STOP", initialValue: .tensor(Tensor(scalar: false)), isTrainable: false)
        }
      }
    self.flag = flag
    if isChief {
      let value = try graph.constant(Tensor(scalar: true), name: "signal_early_stopping/Const")
      stop = try graph.addNode("AssignVariableOp", [flag.handle, value], attributes: ["dtype": .type(.bool)])
      request = RunArguments(fetches: [read])
    } else {
      request = RunArguments(fetches: [flag.snapshot])
    }
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? { request }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let value = values.results.first else { return }
    guard isChief, let stop else {
      if try value.booleanScalar() { context.requestStop() }
      return
    }
    let step = try value.integerScalar()
    guard timer.shouldTrigger(forStep: step) else { return }
    timer.updateLastTriggeredStep(step)
    if try shouldStop() {
      Logger.info("Requesting early stopping at global step \(step)")
      _ = try context.session.run(fetches: [], targets: [stop])
      context.requestStop()
    }
  }
}

extension Tensor {
  /// The value of a Boolean scalar.
  func booleanScalar() throws -> Bool {
    guard dtype == .bool, elementCount == 1 else {
      throw EngineError.type("expected a scalar bool, got \(dtype) of shape \(Shape(known: shape).bracketed)")
    }
    return pointer.assumingMemoryBound(to: Bool.self)[0]
  }
}

/// Ends a worker's run when the checkpoints say that training has come to a step.
public final class StopAtCheckpointStepHook: SessionRunHook {
  private let directory: String
  private let lastStep: Int
  private let waitSecs: Double

  public init(directory: String, lastStep: Int, waitSecs: Double = 30) {
    self.directory = directory
    self.lastStep = lastStep
    self.waitSecs = waitSecs
  }

  private var globalStep: Output?

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { [.begin, .beforeRun, .afterRun] }

  public override func begin(_ graph: Graph) throws {
    globalStep = try GlobalStep.required(by: "StopAtCheckpointStepHook", in: graph)
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    globalStep.map { RunArguments(fetches: [$0]) }
  }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let globalStep, let stale = try values.results.first?.integerScalar(), stale.clampedSum(1) >= lastStep else {
      return
    }
    guard try GlobalStep.value(globalStep, in: context.session) >= lastStep else { return }
    // The chief's last checkpoint tells that nobody needs this process any more.
    while true {
      let saved = try CheckpointFiles.latest(in: directory).map {
        try CheckpointFiles.value(named: CollectionName.globalStep, in: $0).integerScalar()
      }
      if let saved, saved >= lastStep { return context.requestStop() }
      try Interrupt.check()
      Platform.sleep(seconds: waitSecs)
    }
  }
}

extension Estimator {
  /// A hook that ends training at a global step; processes that are not the chief wait until the chief has saved it.
  public func stopAtCheckpointStepHook(lastStep: Int, waitSecs: Double = 30) throws -> SessionRunHook {
    config.isChief
      ? try StopAtStepHook(lastStep: lastStep)
      : StopAtCheckpointStepHook(directory: modelDir, lastStep: lastStep, waitSecs: waitSecs)
  }
}
