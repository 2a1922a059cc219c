import EngineCore
import EngineGraph
import EngineRuntime

/// Delays a worker until the global step has come to a value.
public final class GlobalStepWaiterHook: SessionRunHook {
  public let waitUntilStep: Int
  private var globalStep: Output?
  private var started = false
  /// Seconds between two looks.
  public var pollInterval = 0.5

  public init(waitUntilStep: Int) { self.waitUntilStep = waitUntilStep }

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { [.begin, .beforeRun] }

  public override func begin(_ graph: Graph) throws {
    started = false
    globalStep = try GlobalStep.required(by: "_GlobalStepWaiterHook", in: graph)
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    guard !started, let globalStep else { return nil }
    guard waitUntilStep > 0 else {
      started = true
      return nil
    }
    Logger.info("Waiting for global step \(waitUntilStep) before starting training.")
    var lastLogged = 0
    while true {
      let step = try GlobalStep.value(globalStep, in: context.session)
      if step >= waitUntilStep {
        Logger.info("Wait is over: global step is now \(step).")
        started = true
        return nil
      }
      if step.clampedDifference(lastLogged) > 1000 {
        Logger.info("Waiting for global step \(waitUntilStep) before starting training. Current step is \(step).")
        lastLogged = step
      }
      try Interrupt.check()
      Platform.sleep(seconds: pollInterval)
    }
  }
}

/// Evaluates tensors at the end of a session.
public final class FinalOpsHook: SessionRunHook {
  private let fetches: [Output]
  private let targets: [Node]
  private let feeds: [(Output, Tensor)]
  /// The values, once the session has ended.
  public private(set) var finalValues: [Tensor] = []

  public init(fetches: [Output], targets: [Node] = [], feeds: [(Output, Tensor)] = []) {
    self.fetches = fetches
    self.targets = targets
    self.feeds = feeds
  }

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { .end }

  /// **Errors**: whatever the run reports; the end of the input is logged as the mistake it probably is.
  public override func end(_ session: Session) throws {
    if fetches.isEmpty && targets.isEmpty { return }
    do {
      finalValues = try session.run(fetches: fetches, targets: targets, feeds: feeds)
    } catch let error as EngineError where error.isEndOfInput {
      Logger.error(
        "An OutOfRangeError or StopIteration exception is raised by the code in FinalOpsHook. This typically means the "
          + "Ops running by the FinalOpsHook have a dependency back to some input source, which should not happen. "
          + "Error: \(error)")
      throw error
    }
  }
}

/// Feeds every run with what a function gives.
public final class FeedFnHook: SessionRunHook {
  private let feed: () throws -> [(output: Output, value: Tensor)]

  public init(_ feed: @escaping () throws -> [(output: Output, value: Tensor)]) { self.feed = feed }

  public override var methods: HookMethods { .beforeRun }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? { RunArguments(feeds: try feed()) }
}

/// Runs nodes whenever a session is made: what starts the iterators of datasets.
public final class InitializerHook: SessionRunHook {
  private let targets: [Node]

  public init(_ targets: [Node]) { self.targets = targets }

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { .afterCreateSession }

  public override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    _ = try session.run(fetches: [], targets: targets)
  }
}

/// Ends after a number of runs: what limits an evaluation. Counts its own variable in the graph, or its runs.
final class StopAfterRunsHook: SessionRunHook {
  private let limit: Int?
  private let logs: Bool
  private var runs = 0

  init(limit: Int?, logs: Bool = true) {
    self.limit = limit
    self.logs = logs
  }

  override var programMethods: HookMethods { [] }
  override var methods: HookMethods { [.afterCreateSession, .afterRun] }

  override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws { runs = 0 }

  override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    runs += 1
    if let limit {
      // At most some ten lines, and always the last.
      let interval = limit < 20 ? 1 : limit / 10
      if logs && (runs % interval == 0 || runs == limit) { Logger.info("Evaluation [\(runs)/\(limit)]") }
      if runs >= limit { context.requestStop() }
    }
  }
}
