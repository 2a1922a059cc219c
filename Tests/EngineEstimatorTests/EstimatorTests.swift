import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite(.serialized) struct EstimatorTests {
  let directory: TemporaryDirectory

  init() throws {
    SummaryStubs.install()
    directory = try TemporaryDirectory()
  }

  private func config(
    saveSteps: Int? = nil, summarySteps: Int? = 100, logSteps: Int? = 100, keepMax: Int? = 5
  ) throws -> RunConfig {
    try RunConfig(
      saveSummarySteps: summarySteps, saveCheckpointsSteps: saveSteps.map { .value($0) } ?? .unset,
      keepCheckpointMax: keepMax, logStepCountSteps: logSteps, clusterConfiguration: nil)
  }

  private func estimator(_ config: RunConfig? = nil) throws -> Estimator {
    try Estimator(modelDir: directory.path, config: config ?? self.config())
  }

  private func toy(_ graph: Graph, _ mode: String) throws -> Estimator.BuiltModel {
    let model = try ToyModel(in: graph)
    return Estimator.BuiltModel(spec: try model.spec())
  }

  private func checkpointSteps() -> [Int] {
    directory.names.filter { $0.hasSuffix(".index") }
      .compactMap { Int($0.dropFirst("model.ckpt-".count).dropLast(".index".count)) }.sorted()
  }

  private func events(_ path: String) throws -> [ProtoMessage] {
    try FileSystem.listDirectory(path).filter { $0.contains("tfevents") }
      .flatMap { try EventFileReader.events(FileSystem.join(path, $0)) }
  }

  @Test func trainsAndGoesOn() throws {
    let estimator = try estimator()
    let loss = try estimator.train(steps: 5, toy)
    // The loss of step 5 is that of the weight after four steps.
    #expect(abs(try #require(loss).floatScalar() - 1.2) < 1e-5)
    #expect(checkpointSteps() == [0, 5])
    #expect(try estimator.latestCheckpoint() == directory.file("model.ckpt-5"))
    #expect(try estimator.variableNames() == ["global_step", "w"])
    #expect(try estimator.variableValue("global_step:0").integerScalar() == 5)
    try estimator.train(steps: 5, toy)
    #expect(try estimator.variableValue("global_step").integerScalar() == 10)
    #expect(abs(try estimator.variableValue("w").floatScalar()) < 1e-5)
    // A new object, as after a restart of the process.
    try SummaryWriterCache.clear()
    try self.estimator().train(maxSteps: 12, toy)
    #expect(try estimator.variableValue("global_step").integerScalar() == 12)
    var built = false
    try self.estimator().train(maxSteps: 12) { graph, mode in
      built = true
      return try toy(graph, mode)
    }
    #expect(!built)
  }

  @Test func filesAndEventsOfARun() throws {
    try estimator(config(saveSteps: 10, summarySteps: 5, logSteps: 7)).train(steps: 25, toy)
    #expect(checkpointSteps() == [0, 10, 20, 25])
    #expect(directory.names.contains("graph.pbtxt"))
    #expect(
      try directory.text("checkpoint") == """
        model_checkpoint_path: "model.ckpt-25"
        all_model_checkpoint_paths: "model.ckpt-0"
        all_model_checkpoint_paths: "model.ckpt-10"
        all_model_checkpoint_paths: "model.ckpt-20"
        all_model_checkpoint_paths: "model.ckpt-25"

        """)
    try SummaryWriterCache.clear()
    let events = try events(directory.path)
    func steps(_ tag: String) -> [Int] {
      events.filter { $0.message("summary")?.messages("value").contains { $0.string("tag") == tag } ?? false }
        .map { $0.int("step") }
    }
    #expect(steps("loss") == [1, 6, 11, 16, 21])
    #expect(steps("global_step/sec") == [8, 15, 22])
    let logs = events.compactMap { event in event.message("session_log").map { (event.int("step"), $0) } }
    #expect(logs.map(\.0) == [0, 1, 10, 20, 25])
    #expect(logs.map { $0.1.int("status") } == [3, 1, 3, 3, 3])
    #expect(logs[0].1.string("checkpoint_path") == directory.file("model.ckpt"))
    #expect(events.filter { $0.has("graph_def") }.count == 2)
    #expect(events.filter { $0.has("meta_graph_def") }.count == 2)
  }

  @Test func checkpointsRotate() throws {
    try estimator(config(saveSteps: 2, keepMax: 2)).train(steps: 7, toy)
    #expect(checkpointSteps() == [6, 7])
    // A later run keeps counting those of an earlier one.
    try estimator(config(saveSteps: 2, keepMax: 2)).train(steps: 2, toy)
    #expect(checkpointSteps() == [7, 9])
  }

  @Test func hookOrder() throws {
    let trace = Trace()
    func hook(_ name: String) -> RecordingHook { RecordingHook(name, trace) }
    try estimator().train(hooks: [hook("user")], steps: 1) { graph, mode in
      let model = try ToyModel(in: graph)
      let spec = try model.spec {
        $0.trainingHooks = [.hook(hook("spec"))]
        $0.trainingChiefHooks = [.hook(hook("chief"))]
      }
      return Estimator.BuiltModel(spec: spec, inputHooks: [hook("input")])
    }
    let calls = ["begin", "acs", "br", "ar", "end"]
    let names = ["chief", "input", "user", "spec"]
    #expect(trace.calls == calls.flatMap { call in names.map { "\($0).\(call)" } })
  }

  @Test func listenersOfTheSaver() throws {
    final class Listener: CheckpointSaverListener {
      var calls: [String] = []
      override func begin(_ graph: Graph) { calls.append("begin") }
      override func beforeSave(_ session: Session, _ step: Int) { calls.append("before \(step)") }
      override func afterSave(_ session: Session, _ step: Int) -> Bool {
        calls.append("after \(step)")
        return step == 4
      }
      override func end(_ session: Session, _ step: Int) { calls.append("end \(step)") }
    }
    let listener = Listener()
    try estimator(config(saveSteps: 2)).train(steps: 10, savingListeners: [listener], toy)
    #expect(
      listener.calls == [
        "begin", "before 0", "after 0", "before 2", "after 2", "before 4", "after 4", "end 4",
      ])
    expectFailure(.value, "There should be a CheckpointSaverHook to use saving_listeners") {
      let config = try RunConfig(saveCheckpointsSecs: .value(nil), clusterConfiguration: nil)
      try estimator(config).train(steps: 1, savingListeners: [listener], toy)
    }
  }

  @Test func wrongStepCounts() throws {
    let estimator = try estimator()
    expectFailure(.value, "Can not provide both steps and max_steps.") {
      try estimator.train(steps: 1, maxSteps: 1, toy)
    }
    expectFailure(.value, "Must specify steps > 0") { try estimator.train(steps: 0, toy) }
    expectFailure(.value, "Must specify max_steps > 0") { try estimator.train(maxSteps: -1, toy) }
    expectFailure(.value, "Must specify steps > 0") { _ = try estimator.evaluate(steps: 0, toy) }
    expectFailure(.value, "not find trained model") { _ = try estimator.variableNames() }
  }

  @Test func modelDirectories() throws {
    let config = try RunConfig(modelDir: "/a", clusterConfiguration: nil)
    expectFailure(.value, "`model_dir` are set both in constructor and `RunConfig`") {
      _ = try Estimator(modelDir: "/b", config: config)
    }
    #expect(try Estimator(config: config).modelDir == "/a")
    let temporary = try Estimator(config: RunConfig(clusterConfiguration: nil)).modelDir
    defer { try? FileSystem.removeTree(temporary) }
    #expect(FileSystem.isDirectory(temporary))
    #expect(try Estimator(modelDir: "/a", config: config).evaluationDirectory(name: "x") == "/a/eval_x")
    #expect(try Estimator(modelDir: "/a", config: config).evaluationDirectory() == "/a/eval")
  }

  @Test func nanLossFailsAfterUserHooks() throws {
    let trace = Trace()
    do {
      try estimator().train(hooks: [RecordingHook("user", trace)], steps: 2) { graph, mode in
        let model = try ToyModel(in: graph)
        let spec = try model.spec {
          $0.loss = (try? graph.constant(scalar: Float.nan)).map { .output($0) }
        }
        return Estimator.BuiltModel(spec: spec)
      }
      Issue.record("no failure")
    } catch let error as EngineError {
      #expect(error.kind == .nanLoss)
      #expect(error.message == "NaN loss during training.")
    }
    #expect(trace.text == "user.begin user.acs user.br user.ar")
  }

  @Test func aMovedDirectoryGoesOn() throws {
    try estimator().train(steps: 3, toy)
    try SummaryWriterCache.clear()
    let moved = directory.path + "-moved"
    try FileSystem.rename(directory.path, to: moved)
    defer { try? FileSystem.removeTree(moved) }
    let estimator = try Estimator(modelDir: moved, config: config())
    try estimator.train(steps: 2, toy)
    #expect(try estimator.variableValue("global_step").integerScalar() == 5)
  }

  @Test func evaluates() throws {
    let estimator = try estimator()
    try estimator.train(steps: 5, toy)
    var batches = [[1, 1, 1], [9]].map { $0.map { Float($0) } }[...]
    func build(_ graph: Graph, _ mode: String) throws -> Estimator.BuiltModel {
      let model = try ToyModel(in: graph)
      let input = try graph.addNode(
        "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(.vector(nil))], name: "x"
      ).output()
      let loss = try graph.op("Mean", input, try graph.constant([Int32(0)]), name: "mean_x")
      let mean = try Metrics.mean(input)
      let feed = FeedFnHook {
        guard let next = batches.popFirst() else { throw EngineError.outOfRange("End of sequence") }
        return [(input, try Tensor(next, shape: [next.count]))]
      }
      var fields = EstimatorSpec.Fields()
      fields.loss = .output(loss)
      fields.evalMetricOps = .value([
        ("average", .pair(values: [.output(mean.value)], updates: [.output(mean.update)])),
        ("weight", .pair(values: [.variable(model.weight)], updates: [.node(try graph.group([]))])),
      ])
      return Estimator.BuiltModel(
        spec: try EstimatorSpec(mode: mode, graph: graph, fields), inputHooks: [feed])
    }
    let results = try estimator.evaluate(build)
    #expect(results.map(\.name) == ["average", "loss", "weight", "global_step"])
    #expect(try results[0].values[0].floatScalar() == 3)
    #expect(abs(try results[2].values[0].floatScalar() - 0.5) < 1e-5)
    // Batches count alike, however long they are.
    #expect(try results[1].values[0].floatScalar() == 5)
    #expect(try results[3].values[0].integerScalar() == 5)
    batches = [[2], [4], [6]]
    #expect(try estimator.evaluate(steps: 2, name: "x", build)[0].values[0].floatScalar() == 3)
    batches = []
    #expect(try estimator.evaluate(name: "empty", build)[1].values[0].floatScalar() == 0)

    try SummaryWriterCache.clear()
    let events = try events(directory.file("eval"))
    let metrics = try #require(events.first { $0.has("summary") })
    #expect(metrics.int("step") == 5)
    #expect(
      metrics.message("summary")?.messages("value").map { $0.string("tag") } == ["average", "loss", "weight"])
    let path = try #require(events.last?.message("summary")?.messages("value").first)
    #expect(path.string("tag") == "checkpoint_path")
    #expect(
      try path.message("tensor")?.tensorValue().strings == [ByteString(directory.file("model.ckpt-5").utf8)])
  }

  @Test func evaluatesWithoutACheckpoint() throws {
    let results = try estimator().evaluate(steps: 1) { graph, mode in
      let model = try ToyModel(in: graph, initialWeight: 4)
      return Estimator.BuiltModel(spec: try model.spec())
    }
    #expect(try results[0].values[0].floatScalar() == 8)
    #expect(directory.names == ["eval"])
  }

  @Test func reservedMetricNames() throws {
    for name in ["loss", "global_step"] {
      expectFailure(.value, "is not allowed") {
        _ = try estimator().evaluate(steps: 1) { graph, mode in
          let model = try ToyModel(in: graph)
          return Estimator.BuiltModel(
            spec: try model.spec {
              $0.evalMetricOps = .value([
                (name, .pair(values: [.output(model.loss)], updates: [.output(model.loss)]))
              ])
            })
        }
      }
    }
  }

  @Test func predicts() throws {
    let estimator = try estimator()
    try estimator.train(steps: 5, toy)
    var batches: [[Float]] = [[1, 2], [3]]
    var built = 0
    func build(_ graph: Graph, _ mode: String) throws -> Estimator.BuiltModel {
      built += 1
      let model = try ToyModel(in: graph)
      let input = try graph.addNode(
        "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape(.vector(nil))], name: "x"
      ).output()
      var fields = EstimatorSpec.Fields()
      fields.predictions = .dict([
        (SpecKey("x"), .output(input)), (SpecKey("y"), .output(try graph.op("Mul", input, model.weight.snapshot))),
      ])
      let feed = FeedFnHook {
        guard !batches.isEmpty else { throw EngineError.outOfRange("End of sequence") }
        let next = batches.removeFirst()
        return [(input, try Tensor(next, shape: [next.count]))]
      }
      return Estimator.BuiltModel(
        spec: try EstimatorSpec(mode: mode, graph: graph, fields), inputHooks: [feed])
    }
    let stream = estimator.predict(build)
    #expect(built == 0)
    var rows: [[Double]] = []
    while let row = try stream.next() { rows.append(try row.map { try $0.floatScalar() }) }
    #expect(stream.names == ["x", "y"])
    #expect(rows.map { $0[0] } == [1, 2, 3])
    #expect(zip(rows, [0.5, 1, 1.5]).allSatisfy { abs($0[1] - $1) < 1e-5 })
    #expect(try stream.next() == nil)
    batches = [[1, 2]]
    let some = estimator.predict(keys: ["y"], build)
    #expect(try some.nextBatch()?.count == 1)
    #expect(some.names == ["y"])
    some.cancel()
    expectFailure(.value, "Expected to run at least one output from") {
      _ = try estimator.predict(keys: ["z"], build).next()
    }
    expectFailure(.value, "predict_keys argument is not valid in case of non-dict predictions") {
      _ = try estimator.predict(keys: ["z"]) { graph, mode in
        let model = try ToyModel(in: graph)
        return Estimator.BuiltModel(spec: try model.spec { $0.predictions = .output(model.loss) })
      }.next()
    }
  }

  @Test func progressLine() {
    let line = ProgressReport.line(step: 50, first: 0, last: 100, stepsPerSecond: 10, loss: 0.25)
    #expect(line == "[############............]  step 50/100  10 steps/s  loss 0.25  0:05 left")
    #expect(ProgressReport.line(step: 7, first: 0, last: nil, stepsPerSecond: 2.5, loss: nil) == "step 7  2.5 steps/s")
  }
}
