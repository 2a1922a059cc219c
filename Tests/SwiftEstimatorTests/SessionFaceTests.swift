import SwiftEstimator
import Testing

/// Parts of sessions, hooks and writers that the other tests do not come by.
@Suite(.serialized) struct SessionFaceTests {
  init() { OpCatalog.install() }

  /// A counter that a step raises by one, and its double.
  private struct Model {
    let graph = Graph()
    let step: Variable
    let double: Output
    let increase: Node

    init() throws {
      step = try graph.createGlobalStep()
      let two = try graph.constant(scalar: Int64(2))
      double = try graph.op("Mul", step.snapshot, two, name: "double")
      increase = try graph.addNode(
        "AssignAddVariableOp", [step.handle, graph.constant(scalar: Int64(1))], attributes: ["dtype": .type(.int64)])
    }
  }

  private func events(_ directory: String) throws -> [ProtoMessage] {
    var result: [ProtoMessage] = []
    for name in try FileSystem.listDirectory(directory).sorted() where name.hasPrefix("events.out.tfevents.") {
      let reader = try EventFileReader("\(directory)/\(name)")
      while let event = try reader.next() { result.append(event) }
    }
    return result
  }

  @Test func summariesAreSavedEverySoManySteps() throws {
    try withDirectory { directory in
      let model = try Model()
      let value = try model.graph.op("Cast", model.double, attributes: ["DstT": .type(.float32)])
      let summary = try model.graph.op("ScalarSummary", model.graph.constant(Tensor(string: "double")), value)
      let hook = try SummarySaverHook(saveSteps: 2, outputDirectory: directory, summaryOps: [summary])
      let session = try MonitoredSession(
        graph: model.graph, creator: ChiefSessionCreator(graph: model.graph), hooks: [hook])
      try session.use { session in
        for _ in 0..<5 { _ = try session.run(fetches: [], targets: [model.increase]) }
      }
      try SummaryWriterCache.clear()
      let written = try events(directory).filter { $0.message("summary")?.messages("value").isEmpty == false }
      #expect(written.map { $0.int("step") } == [1, 3, 5])
      expectFailure(.value, "Exactly one of scaffold or summary_op") { _ = try SummarySaverHook(saveSteps: 1) }
      expectFailure(.value, "every_secs") { _ = try SummarySaverHook(summaryOps: [summary]) }
    }
  }

  @Test func stepFunctionsGetTheRawSession() throws {
    let model = try Model()
    let session = try MonitoredSession(graph: model.graph, creator: ChiefSessionCreator(graph: model.graph))
    let value = try session.runStep { context in
      _ = try context.session.run(fetches: [], targets: [model.increase])
      return try context.runWithHooks(RunArguments(fetches: [model.double]))[0].integerScalar()
    }
    #expect(value == 2)
    #expect(try session.rawSession().run(fetches: [model.double])[0].integerScalar() == 2)
    expectFailure(.stopIteration, "requested the iterations to stop") {
      try session.runStep { try $0.requestStop() }
    }
    try session.close()
    expectFailure(.runtime, "closed session") { _ = try session.run(fetches: [model.double]) }
  }

  @Test func workersWaitForTheirVariables() throws {
    let model = try Model()
    let creator = WorkerSessionCreator(graph: model.graph, maximumWait: 0.01)
    creator.retryInterval = 0.02
    expectFailure(.status, "Session was not ready after waiting 0.01 secs") { _ = try creator.createSession() }
    let never = WorkerSessionCreator(graph: model.graph, maximumWait: -.infinity)
    expectFailure(.status, "Session was not ready") { _ = try never.createSession() }
    // Without variables there is nothing to wait for.
    let graph = Graph()
    let one = try graph.constant(scalar: Int32(1))
    let session = try WorkerSessionCreator(graph: graph).createSession()
    #expect(try session.run(fetches: [one])[0].integerScalar() == 1)
  }

  @Test func tracesBecomeTimelines() throws {
    let model = try Model()
    let session = Session(graph: model.graph)
    _ = try session.run(fetches: [], targets: [try model.graph.globalVariablesInitializer()])
    let metadata = try session.run(fetches: [model.double], options: RunOptions(traceLevel: .full)).metadata
    let stats = try #require(try metadata.message().message("step_stats"))
    let nodes = stats.messages("dev_stats").flatMap { $0.messages("node_stats") }.map { $0.string("node_name") }
    #expect(nodes.contains("double"))
    let text = try ChromeTrace(stats).text(showsDataflow: true, showsMemory: true)
    #expect(text.contains("traceEvents") && text.contains("double"))
    expectFailure(.status, "a timeline is made of a StepStats") {
      _ = try ChromeTrace(ProtoMessage("GraphDef")).text()
    }
  }

  @Test func profilesAreWrittenAndRunsKeepTheirMetadata() throws {
    try withDirectory { directory in
      let model = try Model()
      let hook = try ProfilerHook(saveSteps: 2, outputDirectory: directory)
      let session = try MonitoredSession(
        graph: model.graph, creator: ChiefSessionCreator(graph: model.graph), hooks: [hook])
      try session.use { session in
        for _ in 0..<4 { _ = try session.run(fetches: [], targets: [model.increase]) }
        let request = RunArguments(fetches: [model.double], options: RunOptions(traceLevel: .full))
        let (results, metadata) = try session.runWithMetadata(request)
        #expect(try results[0].integerScalar() == 8)
        #expect(metadata?.trace?.isEmpty == false)
      }
      try SummaryWriterCache.clear()
      #expect(try FileSystem.listDirectory(directory).contains { $0.hasPrefix("timeline-") })
    }
  }

  @Test func writersTakeEveryKindOfEvent() throws {
    try withDirectory { directory in
      let model = try Model()
      let writer = try SummaryWriter(directory: directory)
      try writer.addGraph(model.graph, step: 1)
      try writer.addMetaGraph(model.graph, saver: nil, step: 2)
      try writer.addSessionLog(.stop, path: "p", message: "m", step: 3)
      try writer.addScalar("a", 0.5, step: 4)
      var builder = SummaryBuilder()
      try builder.addTensor("t", Tensor([Float(1), 2], shape: [2]))
      try writer.addSummary(builder.serialized(), step: 5)
      try writer.flush()
      try writer.close()
      try writer.reopen()
      try writer.addScalar("b", 1, step: 6)
      try writer.close()
      let all = try events(directory)
      #expect(all.filter { $0.has("graph_def") }.map { $0.int("step") } == [1])
      #expect(all.filter { $0.has("meta_graph_def") }.map { $0.int("step") } == [2])
      #expect(all.compactMap { $0.message("session_log") }.map { $0.string("msg") } == ["m"])
      let values = all.compactMap { $0.message("summary") }.flatMap { $0.messages("value") }
      #expect(values.map { $0.string("tag") } == ["a", "t", "b"])
    }
  }

  @Test func workersStopWhenTheChiefHasSavedTheLastStep() throws {
    try withDirectory { directory in
      let chief = try Model()
      let saver = Saver()
      try saver.build(chief.graph)
      let raw = Session(graph: chief.graph)
      _ = try raw.run(fetches: [], targets: [chief.graph.globalVariablesInitializer()])
      for _ in 0..<2 { _ = try raw.run(fetches: [], targets: [chief.increase]) }
      try saver.save(raw, "\(directory)/model.ckpt", step: 2)

      let model = try Model()
      let hook = StopAtCheckpointStepHook(directory: directory, lastStep: 2, waitSecs: 0.01)
      let session = try MonitoredSession(
        graph: model.graph, creator: ChiefSessionCreator(graph: model.graph), hooks: [hook])
      var steps = 0
      try session.use { session in
        while !session.shouldStop {
          _ = try session.run(fetches: [], targets: [model.increase])
          steps += 1
        }
      }
      #expect(steps == 2)
    }
  }

  @Test func rolesAreReadFromTheEnvironment() throws {
    let text = #"""
      {"cluster": {"chief": ["a:1"], "worker": ["b:1", "c:1"], "ps": ["d:1"]}, "task": {"type": "worker", "index": 1},
       "environment": "cloud"}
      """#
    let config = try RunConfig(clusterConfiguration: text)
    let role: ClusterRole = config.cluster
    #expect(role.taskType == "worker" && role.taskID == 1 && !role.isChief && role.globalID == 2)
    #expect(role.workerCount == 3 && role.parameterServerCount == 1 && role.master == "grpc://c:1")
    #expect(role.jobs.map(\.name) == ["chief", "ps", "worker"] && role.environment == "cloud")
    #expect(role.deviceFilters == ["/job:ps", "/job:worker/task:1"])
    for bad in [
      "[", #"{"cluster": 3, "task": {"type": "ps"}}"#, #"{"task": {"index": 1e300}}"#, #"{"task": {"index": -1}}"#,
      #"{"cluster": {"chief": ["a:1"]}, "task": {"type": "chief", "index": 1}}"#,
      #"{"cluster": {"chief": [1]}, "task": {"type": "chief", "index": 0}}"#, #"{"service": 1}"#,
    ] {
      #expect(throws: EngineError.self) { try RunConfig(clusterConfiguration: bad) }
    }
  }

  @Test func configurationsAreChangedInCopies() throws {
    let first = try RunConfig(saveCheckpointsSteps: .value(5), clusterConfiguration: nil)
    let second = try first.replacing(saveCheckpointsSecs: .value(7)) {
      $0.setModelDir("/tmp/x")
      $0.setRandomSeed(3)
      $0.setSaveSummarySteps(nil)
      $0.setKeepCheckpointMax(2)
      $0.setKeepCheckpointEveryNHours(1.5)
      $0.setLogStepCountSteps(9)
      $0.setCheckpointSaveGraphDef(false)
    }
    #expect(second.saveCheckpointsSteps == nil && second.saveCheckpointsSecs == 7)
    #expect(second.modelDir == "/tmp/x" && second.randomSeed == 3 && second.saveSummarySteps == nil)
    #expect(second.keepCheckpointMax == 2 && second.keepCheckpointEveryNHours == 1.5)
    #expect(second.logStepCountSteps == 9 && !second.checkpointSaveGraphDef)
    #expect(first.saveCheckpointsSteps == 5 && first.modelDir == nil && first.keepCheckpointMax == 5)
    expectFailure(.value, "log_step_count_steps should be > 0") {
      _ = try first.replacing { $0.setLogStepCountSteps(0) }
    }
    expectFailure(.value, "cannot be both set") {
      _ = try first.replacing(saveCheckpointsSteps: .value(1), saveCheckpointsSecs: .value(1))
    }
    expectFailure(.value, "grpc") { _ = try first.replacing { $0.setNetworkProtocol("http") } }
    expectFailure(.value, "session_creation_timeout_secs") {
      _ = try first.replacing { $0.setSessionCreationTimeoutSecs(-1) }
    }
  }
}
