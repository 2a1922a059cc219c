import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct HookTests {
  /// Runs the toy model until a stop, at most `limit` times. Returns the number of runs.
  @discardableResult
  private func train(
    _ model: ToyModel, _ hooks: [SessionRunHook], limit: Int = 5, scaffold: Scaffold? = nil
  ) throws -> Int {
    var count = 0
    let session = try MonitoredSession(
      graph: model.graph, creator: ChiefSessionCreator(graph: model.graph, scaffold: scaffold), hooks: hooks)
    try session.use { session in
      while !session.shouldStop && count < limit {
        _ = try session.run(fetches: [model.loss], targets: [model.trainOp])
        count += 1
      }
    }
    return count
  }

  // MARK: Timer

  @Test func timerCountsSteps() throws {
    let timer = try SecondOrStepTimer(everySteps: 3)
    #expect(timer.shouldTrigger(forStep: 1))
    #expect(timer.updateLastTriggeredStep(1) == nil)
    #expect((1...5).map { timer.shouldTrigger(forStep: $0) } == [false, false, false, true, true])
    #expect(timer.updateLastTriggeredStep(5)?.elapsedSteps == 4)
    timer.reset()
    #expect(timer.lastTriggeredStep == nil)
  }

  @Test func timerCountsSeconds() throws {
    var now = 100.0
    let timer = try SecondOrStepTimer(everySecs: 10, clock: { now })
    timer.updateLastTriggeredStep(1)
    now = 109
    #expect(!timer.shouldTrigger(forStep: 2))
    now = 110
    #expect(timer.shouldTrigger(forStep: 2))
    // A step does not trigger twice, however long it takes.
    #expect(!timer.shouldTrigger(forStep: 1))
    #expect(timer.updateLastTriggeredStep(2)?.elapsedSecs == 10)
  }

  @Test func timerWantsOneInterval() {
    expectFailure(.value, "Either every_secs or every_steps") { _ = try SecondOrStepTimer() }
    expectFailure(.value, "Can not provide both") { _ = try SecondOrStepTimer(everySecs: 1, everySteps: 1) }
  }

  // MARK: Logging

  @Test func loggingCountsItsOwnRuns() throws {
    let model = try ToyModel()
    var lines: [String] = []
    let hook = try LoggingTensorHook(
      [("loss", .output(model.loss)), ("named", .name("toy_loss"))], everyIterations: 2,
      formatter: { values in
        let text = try values.map { "\($0.tag) \(Platform.format("%.1f", try $0.value.floatScalar()))" }
        lines.append(text.joined(separator: " "))
        return ""
      })
    try train(model, [hook])
    #expect(lines == ["loss 2.0 named 2.0", "loss 1.6 named 1.6", "loss 1.2 named 1.2"])
  }

  @Test func loggingAtTheEnd() throws {
    let model = try ToyModel()
    var values: [Double] = []
    let hook = try LoggingTensorHook(
      [("loss", .output(model.loss))], atEnd: true,
      formatter: {
        values.append(try $0[0].value.floatScalar())
        return ""
      })
    try train(model, [hook], limit: 2)
    #expect(values.count == 1)
    #expect(abs(values[0] - 1.6) < 1e-6)
  }

  @Test func loggingChecksItsArguments() throws {
    expectFailure(.value, "exactly one of") { _ = try LoggingTensorHook([]) }
    expectFailure(.value, "exactly one of") { _ = try LoggingTensorHook([], everyIterations: 1, everySecs: 1) }
    expectFailure(.value, "invalid every_n_iter=0") { _ = try LoggingTensorHook([], everyIterations: 0) }
    let model = try ToyModel()
    let hook = try LoggingTensorHook([("x", .name("nothing"))], everyIterations: 1)
    #expect(throws: EngineError.self) { try train(model, [hook]) }
  }

  // MARK: Stopping

  @Test func stopsAfterSteps() throws {
    let model = try ToyModel()
    #expect(try train(model, [StopAtStepHook(stepCount: 3)], limit: 10) == 3)
    let other = try ToyModel()
    #expect(try train(other, [StopAtStepHook(lastStep: 2)], limit: 10) == 2)
    expectFailure(.value, "One of num_steps or last_step") { _ = try StopAtStepHook() }
    expectFailure(.value, "Only one of num_steps or last_step") { _ = try StopAtStepHook(stepCount: 1, lastStep: 1) }
  }

  @Test func nanFailsOrStops() throws {
    let model = try ToyModel(initialWeight: .nan)
    let failing = #expect(throws: EngineError.self) {
      try train(model, [NanTensorHook(loss: .output(model.loss))])
    }
    #expect(failing?.kind == .nanLoss)
    let other = try ToyModel(initialWeight: .nan)
    #expect(try train(other, [NanTensorHook(loss: .output(other.loss), failsOnNan: false)]) == 1)
    let infinite = try ToyModel(initialWeight: .infinity)
    #expect(try train(infinite, [NanTensorHook(loss: .output(infinite.loss))]) == 5)
  }

  // MARK: Saving

  private final class Listener: CheckpointSaverListener {
    let trace: Trace
    let stopsAt: Int?
    init(_ trace: Trace, stopsAt: Int? = nil) {
      self.trace = trace
      self.stopsAt = stopsAt
    }
    override func begin(_ graph: Graph) throws { trace.add("begin") }
    override func beforeSave(_ session: Session, _ step: Int) throws { trace.add("before\(step)") }
    override func afterSave(_ session: Session, _ step: Int) throws -> Bool {
      trace.add("after\(step)")
      return step == stopsAt
    }
    override func end(_ session: Session, _ step: Int) throws { trace.add("end\(step)") }
  }

  @Test func savesWithListeners() throws {
    let directory = try TemporaryDirectory()
    let trace = Trace()
    let model = try ToyModel()
    let scaffold = Scaffold()
    let hook = try CheckpointSaverHook(
      checkpointDirectory: directory.path, saveSteps: 2, scaffold: scaffold, listeners: [Listener(trace)])
    try train(model, [hook], limit: 3, scaffold: scaffold)
    #expect(trace.text == "begin before0 after0 before2 after2 before3 after3 end3")
    #expect(
      directory.names.filter { $0.hasSuffix(".index") }.sorted()
        == (0...3).filter { $0 != 1 }.map {
          "model.ckpt-\($0).index"
        })
  }

  @Test func listenersStopTheTraining() throws {
    let directory = try TemporaryDirectory()
    let model = try ToyModel()
    let scaffold = Scaffold()
    let hook = try CheckpointSaverHook(
      checkpointDirectory: directory.path, saveSteps: 2, scaffold: scaffold,
      listeners: [Listener(Trace(), stopsAt: 2)])
    #expect(try train(model, [hook], limit: 9, scaffold: scaffold) == 2)
  }

  @Test func saversChecksItsArguments() throws {
    let model = try ToyModel()
    let saver = Saver()
    try saver.build(model.graph)
    expectFailure(.value, "You cannot provide both saver and scaffold.") {
      _ = try CheckpointSaverHook(checkpointDirectory: "x", saveSteps: 1, saver: saver, scaffold: Scaffold())
    }
    expectFailure(.value, "Either every_secs or every_steps") {
      _ = try CheckpointSaverHook(checkpointDirectory: "x", saver: saver)
    }
  }

  // MARK: Counting, profiling

  private final class Counter: StepCounterHook {
    var seen: [[Int]] = []
    override func logAndRecord(elapsedSteps: Int, elapsedSecs: Double, step: Int) throws {
      seen.append([elapsedSteps, step])
    }
  }

  @Test func countsSteps() throws {
    let model = try ToyModel()
    let counter = try Counter(everySteps: 2)
    try train(model, [counter], limit: 6)
    #expect(counter.seen == [[2, 3], [2, 5]])
    expectFailure(.value, "exactly one of every_n_steps and every_n_secs") {
      _ = try StepCounterHook(everySteps: 1, everySecs: 1)
    }
  }

  @Test func profilerWritesTimelines() throws {
    let directory = try TemporaryDirectory()
    let model = try ToyModel()
    let hook = try ProfilerHook(saveSteps: 2, outputDirectory: directory.path)
    try train(model, [hook], limit: 5)
    #expect(directory.names.filter { $0.hasPrefix("timeline") }.sorted() == ["timeline-2.json", "timeline-4.json"])
    let trace = try Json(parsing: try directory.text("timeline-2.json"))
    guard case .array(let events)? = trace["traceEvents"] else {
      Issue.record("no traceEvents")
      return
    }
    let names = events.compactMap { $0["ph"]?.text == "X" ? $0["args"]?["name"]?.text : nil }
    #expect(names.contains("toy_loss"))
  }

  // MARK: Small ones

  @Test func finalOpsAreFetchedAtTheEnd() throws {
    let model = try ToyModel()
    let hook = FinalOpsHook(fetches: [model.loss])
    try train(model, [hook], limit: 2)
    #expect(abs(try hook.finalValues[0].floatScalar() - 1.6) < 1e-6)
  }

  @Test func feedFunctionsFeedEveryRun() throws {
    let model = try ToyModel()
    let input = try model.graph.addNode(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(.scalar)]
    ).output()
    var count: Float = 0
    let hook = FeedFnHook {
      count += 1
      return [(input, Tensor(scalar: count))]
    }
    let session = try MonitoredSession(
      graph: model.graph, creator: ChiefSessionCreator(graph: model.graph), hooks: [hook])
    #expect(try (1...3).map { _ in try session.run(fetches: [input])[0].floatScalar() } == [1, 2, 3])
    try session.close()
  }

  @Test func waiterWaitsForTheStep() throws {
    let model = try ToyModel()
    let hook = GlobalStepWaiterHook(waitUntilStep: 2)
    hook.pollInterval = 0.001
    let step = try #require(try GlobalStep.read(in: model.graph))
    // Another hook makes the steps that the waiter waits for.
    final class Advance: SessionRunHook {
      let node: Node
      init(_ node: Node) { self.node = node }
      override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
        for _ in 0..<2 { _ = try session.run(fetches: [], targets: [node]) }
      }
    }
    try train(model, [Advance(model.trainOp), hook], limit: 1)
    #expect(step.dtype == .int64)
  }

  @Test func optionsReachTheRun() throws {
    final class Tracing: SessionRunHook {
      var seen: [(options: RunOptions?, nodes: Int)] = []
      let wish: RunOptions?
      init(_ wish: RunOptions?) { self.wish = wish }
      override func beforeRun(_ context: RunContext) throws -> RunArguments? { RunArguments(options: wish) }
      override func afterRun(_ context: RunContext, _ values: RunValues) throws {
        seen.append((values.options, values.metadata?.trace?.count ?? 0))
      }
    }
    let model = try ToyModel()
    let plain = Tracing(nil)
    let traced = Tracing(RunOptions(traceLevel: .full))
    try train(model, [plain, Tracing(RunOptions(timeoutInMilliseconds: 60_000)), traced], limit: 1)
    let merged = RunOptions(traceLevel: .full, timeoutInMilliseconds: 60_000)
    #expect(plain.seen.map(\.options) == [merged])
    #expect(traced.seen[0].nodes > 0)
  }
}
