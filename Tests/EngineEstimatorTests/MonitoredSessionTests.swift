import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite struct MonitoredSessionTests {
  private func session(
    _ model: ToyModel, _ hooks: [SessionRunHook], directory: String? = nil, recovers: Bool = true
  ) throws -> MonitoredSession {
    try MonitoredSession(
      graph: model.graph, creator: ChiefSessionCreator(graph: model.graph, checkpointDirectory: directory),
      hooks: hooks,
      recovers: recovers)
  }

  private func train(_ session: MonitoredSession, _ model: ToyModel, limit: Int = 100) throws {
    var count = 0
    try session.use { session in
      while !session.shouldStop && count < limit {
        _ = try session.run(fetches: [model.loss], targets: [model.trainOp])
        count += 1
      }
    }
  }

  @Test func normalOrder() throws {
    let trace = Trace()
    let model = try ToyModel()
    let monitored = try session(model, [RecordingHook("A", trace), RecordingHook("B", trace)])
    #expect(trace.text == "A.begin B.begin A.acs B.acs")
    #expect(model.graph.isFinalized)
    try train(monitored, model, limit: 2)
    let step = "A.br B.br A.ar B.ar"
    #expect(trace.text == "A.begin B.begin A.acs B.acs \(step) \(step) A.end B.end")
    #expect(!model.graph.isFinalized)
    #expect(monitored.shouldStop)
    expectFailure(.runtime, "Session is already closed.") { try monitored.close() }
  }

  @Test func stopRequestLetsLaterHooksSeeTheRun() throws {
    let trace = Trace()
    let model = try ToyModel()
    let first = RecordingHook("A", trace)
    first.onAfterRun = { $0.requestStop() }
    let monitored = try session(model, [first, RecordingHook("B", trace)])
    try monitored.use { session in
      _ = try session.run(fetches: [model.loss])
      #expect(session.shouldStop)
      expectFailure(.runtime, "Run called even after should_stop requested.") {
        _ = try session.run(fetches: [model.loss])
      }
    }
    #expect(trace.text == "A.begin B.begin A.acs B.acs A.br B.br A.ar B.ar A.end B.end")
  }

  @Test(arguments: [StatusCode.aborted, .unavailable])
  func lostSessionsAreMadeAnew(code: StatusCode) throws {
    let trace = Trace()
    let directory = try TemporaryDirectory()
    let model = try ToyModel()
    let first = RecordingHook("A", trace)
    var failures = 1
    first.onAfterRun = { _ in
      if failures > 0 {
        failures -= 1
        throw EngineError(code: code, "gone")
      }
    }
    let saver = try CheckpointSaverHook(checkpointDirectory: directory.path, saveSteps: 1)
    let monitored = try session(model, [saver, first, RecordingHook("B", trace)], directory: directory.path)
    let results = try monitored.run(fetches: [model.loss], targets: [model.trainOp])
    // The saver had saved step 1 before the failure, so the second attempt starts there.
    #expect(abs(try results[0].floatScalar() - 1.8) < 1e-6)
    try monitored.close()
    #expect(
      trace.text == "A.begin B.begin A.acs B.acs A.br B.br A.ar A.acs B.acs A.br B.br A.ar B.ar A.end B.end")
  }

  @Test func singularSessionsPassTheFailureOn() throws {
    let trace = Trace()
    let model = try ToyModel()
    let hook = RecordingHook("A", trace)
    hook.onAfterRun = { _ in throw EngineError(code: .aborted, "gone") }
    let monitored = try session(model, [hook], recovers: false)
    #expect(throws: EngineError.self) { try train(monitored, model) }
    #expect(trace.text == "A.begin A.acs A.br A.ar")
  }

  @Test(arguments: [true, false])
  func endOfInputEndsWell(isStopIteration: Bool) throws {
    let trace = Trace()
    let model = try ToyModel()
    let hook = RecordingHook("A", trace)
    hook.onAfterRun = { _ in
      throw isStopIteration
        ? EngineError(kind: .stopIteration, code: .unknown, "") : EngineError.outOfRange("End of sequence")
    }
    let monitored = try session(model, [hook, RecordingHook("B", trace)])
    try train(monitored, model)
    #expect(trace.text == "A.begin B.begin A.acs B.acs A.br B.br A.ar A.end B.end")
  }

  @Test func otherFailuresSkipEnd() throws {
    let trace = Trace()
    let model = try ToyModel()
    let hook = RecordingHook("A", trace)
    hook.onAfterRun = { _ in throw EngineError.cancelled("stop") }
    let monitored = try session(model, [hook])
    #expect(throws: EngineError.self) { try train(monitored, model) }
    #expect(trace.text == "A.begin A.acs A.br A.ar")
    #expect(monitored.shouldStop)
  }

  @Test func requestsAreMerged() throws {
    let trace = Trace()
    let model = try ToyModel()
    let input = try model.graph.addNode(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(.scalar)], name: "x"
    ).output()
    let doubled = try model.graph.op("Mul", input, try model.graph.constant(scalar: Float(2)))
    let first = RecordingHook("A", trace)
    let second = RecordingHook("B", trace)
    first.onBeforeRun = { _ in RunArguments(fetches: [doubled], feeds: [(input, Tensor(scalar: Float(3)))]) }
    let monitored = try session(model, [first, second])
    #expect(try monitored.run(fetches: [doubled])[0].floatScalar() == 6)
    first.onBeforeRun = { _ in RunArguments(feeds: [(input, Tensor(scalar: Float(5)))]) }
    #expect(try monitored.run(fetches: [doubled])[0].floatScalar() == 10)
    second.onBeforeRun = first.onBeforeRun
    expectFailure(.runtime, "Same tensor is fed by two hooks.") { _ = try monitored.run(fetches: [doubled]) }
    second.onBeforeRun = nil
    expectFailure(.runtime, "Same tensor is fed by a SessionRunHook and user.") {
      _ = try monitored.run(fetches: [doubled], feeds: [(input, Tensor(scalar: Float(1)))])
    }
    first.onBeforeRun = { _ in RunArguments(feeds: [(input, Tensor(scalar: Double(5)))]) }
    expectFailure(.type, "Cannot feed") { _ = try monitored.run(fetches: [doubled]) }
    try monitored.close()
  }

  @Test func stepFunctions() throws {
    let trace = Trace()
    let model = try ToyModel()
    let monitored = try session(model, [RecordingHook("A", trace)])
    try monitored.use { session in
      let loss = try session.runStep { context -> Double in
        _ = try context.session.run(fetches: [model.loss])
        return try context.runWithHooks(RunArguments(fetches: [model.loss]))[0].floatScalar()
      }
      #expect(loss == 2)
      try session.runStep { try $0.requestStop() }
    }
    #expect(trace.text == "A.begin A.acs A.br A.ar A.end")
  }

  @Test func uninitializedVariablesAreReported() throws {
    let directory = try TemporaryDirectory()
    let small = try ToyModel()
    let saver = Saver()
    try saver.build(small.graph)
    let raw = Session(graph: small.graph)
    _ = try raw.run(fetches: [], targets: [try small.graph.globalVariablesInitializer()])
    try saver.save(raw, directory.file("model.ckpt"), step: 3)
    // A saver that knows only some variables restores only those, and initialisation is not run any more.
    let big = try ToyModel()
    _ = try big.graph.variable(VariableRequest("extra", initialValue: .tensor(Tensor(scalar: Float(1)))))
    let partial = try Saver(variables: [("w", big.weight)])
    let creator = ChiefSessionCreator(
      graph: big.graph, scaffold: Scaffold(saver: partial), checkpointDirectory: directory.path)
    expectFailure(.runtime, "Init operations did not make model ready for local_init") {
      _ = try creator.createSession()
    }
    expectFailure(.value, "both") {
      _ = try ChiefSessionCreator(
        graph: small.graph, checkpointDirectory: directory.path, checkpointFile: directory.file("model.ckpt-3")
      ).createSession()
    }
  }

  @Test func initFunctionGetsTheSession() throws {
    let model = try ToyModel()
    var called = 0
    let scaffold = Scaffold(initFunction: { scaffold, session in
      called += 1
      #expect(scaffold.initOp != nil)
      _ = try session.run(fetches: [model.weight.snapshot])
    })
    _ = try ChiefSessionCreator(graph: model.graph, scaffold: scaffold).createSession()
    #expect(called == 1)
    #expect(model.graph.isFinalized)
    expectFailure(.runtime, "Graph is finalized and cannot be modified") {
      _ = try model.graph.constant(scalar: Float(1))
    }
  }
}
