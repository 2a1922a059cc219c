import SwiftEstimator
import Testing

/// What the Swift face offers besides training, evaluation and prediction.
@Suite(.serialized) struct EstimatorFaceTests {
  private let x: Tensor
  private let y: Tensor

  init() throws {
    x = try Tensor((0..<8).map { Float($0) / 8 }, shape: [8, 1])
    y = try Tensor((0..<8).map { Float($0) / 4 }, shape: [8])
  }

  private var data: Dataset { get throws { try Dataset(features: ["x": x], labels: y).batched(8) } }

  /// `y = w x`, from `w = 0`.
  private func estimator(
    _ directory: String?, steps: Int = 2, cluster: String? = nil,
    hooks: @escaping (Mode) -> [SessionRunHook] = { _ in [] }
  ) throws -> Estimator {
    let config = try RunConfig(saveCheckpointsSteps: .value(steps), clusterConfiguration: cluster)
    return try Estimator(modelDir: directory, config: config) { features, labels, mode in
      let graph = features.graph
      let w = try graph.variable(VariableRequest("w", shape: [1, 1], initializer: Zeros()))
      let product = try graph.op("MatMul", features.tensor("x"), w.snapshot)
      let value = try graph.op("Reshape", product, graph.constant(Tensor([Int32(-1)], shape: [1])))
      guard let labels else { return try .predict(["y": value], in: graph, hooks: hooks(mode)) }
      let loss = try Losses.meanSquaredError(labels: labels, predictions: value)
      if mode == .evaluate { return try .evaluate(loss: loss, predictions: ["y": value], hooks: hooks(mode)) }
      return try .train(
        loss: loss, trainOp: GradientDescentOptimizer(0.5).minimize(loss, globalStep: graph.globalStep()),
        chiefHooks: hooks(mode))
    }
  }

  private final class CountingHook: SessionRunHook {
    var runs = 0
    override var methods: HookMethods { [.afterRun] }
    override func afterRun(_ context: RunContext, _ values: RunValues) throws { runs += 1 }
  }

  @Test func hooksOfTheSpecRunInTheirModes() throws {
    try withDirectory { directory in
      let counters = Dictionary(uniqueKeysWithValues: Mode.allCases.map { ($0, CountingHook()) })
      let estimator = try estimator(directory) { mode in counters[mode].map { [$0] } ?? [] }
      try estimator.train(on: data.repeated(), steps: 3)
      _ = try estimator.evaluate(on: data)
      let stream = try estimator.predict(on: data)
      while try stream.next() != nil {}
      #expect(counters[.train]?.runs == 3)
      #expect(counters[.evaluate]?.runs == 1)
      #expect(counters[.predict]?.runs == 1)
    }
  }

  @Test func metricsAreAdded() throws {
    try withDirectory { directory in
      let plain = try estimator(directory)
      try plain.train(on: data, steps: 1)
      let more = try plain.addingMetrics { features, labels, predictions in
        let (labels, value) = (try #require(labels), try #require(predictions["y"]))
        #expect(features.tensors.keys.sorted() == ["x"])
        return ["distance": try Metrics.meanAbsoluteError(labels: labels, predictions: value)]
      }
      let (before, after) = (try plain.evaluate(on: data), try more.evaluate(on: data))
      #expect(before.keys.sorted() == ["global_step", "loss"])
      #expect(after.keys.sorted() == ["distance", "global_step", "loss"])
      #expect(try before["loss"]?.floatScalar() == after["loss"]?.floatScalar())
      // Training and predicting are as before.
      try more.train(on: data, steps: 1)
      #expect(try plain.variableValue("global_step").integers() == [2])
      #expect(try more.predict(on: data).next()?.count == 1)
      // A metric of a name that there is replaces it.
      let replaced = try more.addingMetrics { features, labels, _ in
        ["distance": try Metrics.mean(try features.tensor("x"))]
      }
      #expect(abs(try #require(try replaced.evaluate(on: data)["distance"]).floatScalar() - 0.4375) < 1e-6)
    }
  }

  @Test func evaluatesInMemory() throws {
    try withDirectory { directory in
      let estimator = try estimator(directory)
      let hook = try InMemoryEvaluatorHook(estimator, on: data, name: "memory", everyIterations: 2)
      try estimator.train(on: data.repeated(), steps: 4, hooks: [hook])
      try SummaryWriterCache.clear()
      let history = try EvaluationHistory.read(estimator.evaluationDirectory(name: "memory"))
      #expect(history.map(\.step) == [0, 2, 4])
      let losses = history.compactMap { $0.metrics["loss"] }
      #expect(losses.count == 3 && losses[0] > losses[1] && losses[1] > losses[2])
    }
  }

  @Test func rulesEndTraining() throws {
    try withDirectory { directory in
      let estimator = try estimator(directory)
      let reached = try EarlyStoppingHook(
        estimator, metric: "loss", .threshold(10, isUpper: false), everySecs: nil, everySteps: 1)
      try estimator.train(on: data, steps: 1, hooks: [reached])  // nothing has been evaluated yet
      _ = try estimator.evaluate(on: data)
      try estimator.train(on: data.repeated(), maxSteps: 50, hooks: [reached])
      #expect(try estimator.variableValue("global_step").integers() == [2])
      let early = try EarlyStoppingHook(
        estimator, metric: "loss", .threshold(10, isUpper: false), minSteps: 40, everySecs: nil, everySteps: 1)
      try estimator.train(on: data.repeated(), maxSteps: 5, hooks: [early])
      #expect(try estimator.variableValue("global_step").integers() == [5])
      expectFailure(.value, "Only one of") {
        _ = try EarlyStoppingHook(estimator, metric: "loss", .threshold(1, isUpper: true), everySecs: 1, everySteps: 1)
      }
      #expect(try estimator.stopAtCheckpointStepHook(lastStep: 9) is StopAtStepHook)
    }
  }

  // MARK: Roles of a process

  private func cluster(_ type: String, index: Int = 0, jobs: String = #"{"chief": ["a:1"]}"#) -> String {
    #"{"cluster": \#(jobs), "task": {"type": "\#(type)", "index": \#(index)}}"#
  }

  private func run(_ directory: String, _ cluster: String?, throttleSecs: Double = 0) throws -> [String: Double]? {
    let estimator = try estimator(directory, cluster: cluster)
    let result = try estimator.trainAndEvaluate(
      TrainSpec(on: data.repeated(), maxSteps: 4),
      EvalSpec(on: data, steps: 1, startDelaySecs: 0, throttleSecs: throttleSecs))
    return try result.map { result in
      Dictionary(
        try result.metrics.map { ($0.name, try $0.values[0].floatScalar()) }, uniquingKeysWith: { first, _ in first })
    }
  }

  private func hasEvaluated(_ directory: String) -> Bool { FileSystem.isDirectory("\(directory)/eval") }

  @Test func aLocalProcessTrainsAndEvaluates() throws {
    try withDirectory { directory in
      let metrics = try run(directory, nil)
      #expect(metrics?["global_step"] == 4)
      #expect(hasEvaluated(directory))
    }
  }

  @Test func aChiefOnlyTrainsAndAnEvaluatorOnlyEvaluates() throws {
    try withDirectory { directory in
      #expect(try run(directory, cluster("chief")) == nil)
      #expect(!hasEvaluated(directory))
      let trained = try estimator(directory)
      #expect(try trained.variableValue("global_step").integers() == [4])
      // The last step has been saved: the evaluator ends after it.
      #expect(try run(directory, cluster("evaluator")) == nil)
      #expect(hasEvaluated(directory))
      #expect(try EvaluationHistory.read("\(directory)/eval").map(\.step) == [4])
    }
  }

  @Test func aMasterDoesBoth() throws {
    try withDirectory { directory in
      let metrics = try run(directory, cluster("master", jobs: #"{"master": ["a:1"]}"#))
      #expect(metrics == nil)
      #expect(hasEvaluated(directory))
    }
  }

  @Test func rolesThatCannotBePlayed() throws {
    try withDirectory { directory in
      expectFailure(.value, "there can only be one `evaluator` task") {
        _ = try run(directory, cluster("evaluator", index: 1))
      }
      expectFailure(.notImplemented, "several training processes") {
        _ = try run(directory, cluster("worker", jobs: #"{"chief": ["a:1"], "worker": ["b:1"]}"#))
      }
      expectFailure(.notImplemented, "several training processes") {
        _ = try run(directory, cluster("ps", jobs: #"{"chief": ["a:1"], "ps": ["b:1"]}"#))
      }
    }
    func work(_ type: String?, _ id: Int?) throws {
      let role = DriverRole(taskType: type, taskID: id, isClustered: true)
      let evaluator = Evaluator<Int, Int>(
        maxSteps: nil, latestCheckpoint: { nil }, evaluate: { _ in (0, 0) }, export: { _, _, _ in [] })
      _ = try evaluator.trainAndEvaluate(role, startDelaySecs: 0, throttleSecs: 0) { _ in }
    }
    expectFailure(.value, "must have task_type set") { try work(nil, 0) }
    expectFailure(.value, "must have task_type set") { try work("", 0) }
    expectFailure(.value, "cannot be `local`") { try work("local", 0) }
    expectFailure(.value, "Task type cook is not supported") { try work("cook", 0) }
    expectFailure(.runtime, "Could not start server") { try work("chief", nil) }
  }

  @Test func aWorkerWaitsForItsTurn() throws {
    func delay(_ type: String, _ id: Int, _ limit: Int?) throws -> Double {
      var trained: [CheckpointSaverListener]?
      let role = DriverRole(taskType: type, taskID: id, isClustered: true, maximumWorkerDelaySecs: limit)
      let evaluator = Evaluator<Int, Int>(
        maxSteps: nil, latestCheckpoint: { nil }, evaluate: { _ in (0, 0) }, export: { _, _, _ in [] })
      let start = Platform.monotonicTime()
      let outcome = try evaluator.trainAndEvaluate(role, startDelaySecs: 0, throttleSecs: 0) { trained = $0 }
      #expect(!outcome.isLocal && outcome.result == nil && trained?.isEmpty == true)
      return Platform.monotonicTime() - start
    }
    #expect(try delay("worker", 3, 1) >= 1)
    _ = try delay("worker", .max, 0)
    _ = try delay("chief", 3, 60)
  }
}
