import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

@testable import EngineEstimator

@Suite(.serialized) struct DriverTests {
  let directory: TemporaryDirectory

  init() throws {
    SummaryStubs.install()
    OpCatalog.install()
    directory = try TemporaryDirectory()
  }

  private func estimator() throws -> Estimator {
    try Estimator(
      modelDir: directory.path, config: RunConfig(saveCheckpointsSteps: .value(10), clusterConfiguration: nil))
  }

  private func toy(_ graph: Graph, _ mode: String) throws -> Estimator.BuiltModel {
    Estimator.BuiltModel(spec: try ToyModel(in: graph).spec())
  }

  private final class CallExporter: Exporter {
    private(set) var calls: [String] = []
    override func export(
      _ estimator: Estimator, to path: String, checkpoint: String, results: [MetricValue], isFinal: Bool
    ) throws -> String? {
      calls.append("\(FileSystem.baseName(of: checkpoint)) \(isFinal)")
      return path
    }
  }

  @Test func evaluatesEveryCheckpointAndTheLast() throws {
    let exporter = CallExporter(name: "calls")
    let result = try estimator().trainAndEvaluate(
      TrainSpec(maxSteps: 22, toy), EvalSpec(steps: 1, exporters: [exporter], throttleSecs: 0, toy))
    #expect(exporter.calls == ["model.ckpt-10 false", "model.ckpt-20 false", "model.ckpt-22 true"])
    #expect(result?.exports == [directory.file("export/calls")])
    let metrics = try #require(result?.metrics)
    #expect(metrics.map(\.name) == ["loss", "global_step"])
    #expect(try metrics[1].values[0].integerScalar() == 22)
    // There is nothing more to do.
    #expect(try estimator().trainAndEvaluate(TrainSpec(maxSteps: 22, toy), EvalSpec(steps: 1, toy)) == nil)
  }

  @Test func throttlingLeavesTheFirstAndTheLast() throws {
    let exporter = CallExporter(name: "calls")
    try estimator().trainAndEvaluate(
      TrainSpec(maxSteps: 32, toy), EvalSpec(steps: 1, exporters: [exporter], throttleSecs: 1000, toy))
    #expect(exporter.calls == ["model.ckpt-10 false", "model.ckpt-32 true"])
  }

  @Test func specsCheckTheirValues() throws {
    expectFailure(.value, "Must specify max_steps > 0") { _ = try TrainSpec(maxSteps: 0, toy) }
    expectFailure(.value, "Must specify steps > 0") { _ = try EvalSpec(steps: 0, toy) }
    expectFailure(.value, "Must specify start_delay_secs >= 0") { _ = try EvalSpec(startDelaySecs: -1, toy) }
    expectFailure(.value, "Must specify throttle_secs >= 0") { _ = try EvalSpec(throttleSecs: -1, toy) }
    expectFailure(.value, "cannot have a name that is `None` or empty") {
      _ = try EvalSpec(exporters: [Exporter(name: "")], toy)
    }
    expectFailure(.value, "must have unique names") {
      _ = try EvalSpec(exporters: [Exporter(name: "a"), Exporter(name: "a")], toy)
    }
  }

  @Test func anEvaluatorSkipsWhatItKnows() throws {
    var checkpoints: [String?] = [nil, "one", "one", "two", "three"]
    var evaluated: [String] = []
    var finals: [Bool] = []
    let evaluator = Evaluator<Int, Bool>(
      maxSteps: 2, latestCheckpoint: { checkpoints.removeFirst() },
      evaluate: { checkpoint in
        evaluated.append(checkpoint)
        return (evaluated.count, 0)
      },
      export: { _, _, isFinal in
        finals.append(isFinal)
        return [isFinal]
      })
    var outcomes: [String] = []
    for _ in 0..<5 {
      switch try evaluator.evaluateAndExport() {
      case .evaluated(let step, _, let exports): outcomes.append("\(step) \(exports)")
      case .missingCheckpoint: outcomes.append("missing")
      case .noNewCheckpoint: outcomes.append("known")
      }
    }
    // The final export comes once.
    #expect(outcomes == ["missing", "1 [false]", "known", "2 [true]", "3 [false]"])
    #expect(evaluated == ["one", "two", "three"] && finals == [false, true, false])
  }

  // MARK: Exporters

  private func results(_ loss: Float) throws -> [MetricValue] {
    [MetricValue(name: "loss", values: [try Tensor(scalar: loss)])]
  }

  private func exports(_ name: String) -> [String] {
    ((try? FileSystem.listDirectory(directory.file(name))) ?? []).sorted()
  }

  private func trained() throws -> (Estimator, checkpoint: String) {
    let estimator = try estimator()
    try estimator.train(steps: 1, toy)
    return (estimator, try #require(try estimator.latestCheckpoint()))
  }

  @Test func theBestExporterExportsWhatIsBetter() throws {
    let (estimator, checkpoint) = try trained()
    func exporter() throws -> BestExporter {
      try BestExporter(exportsToKeep: 1, ExporterSettings(ServedModel.exported))
    }
    let first = try exporter()
    func export(_ exporter: BestExporter, _ loss: Float) throws -> Bool {
      try exporter.export(
        estimator, to: directory.file("best"), checkpoint: checkpoint, results: results(loss), isFinal: false) != nil
    }
    #expect(try export(first, 2))
    #expect(try !export(first, 3))
    #expect(try !export(first, 2))
    #expect(try export(first, 1))
    #expect(exports("best").count == 1)
    // A new object exports once whatever there was.
    let second = try exporter()
    #expect(try export(second, 5))
    #expect(try !export(second, 6))
    expectFailure(.value, "no loss is found") {
      _ = try second.export(estimator, to: directory.file("best"), checkpoint: checkpoint, results: [], isFinal: false)
    }
    expectFailure(.value, "must be a positive number") {
      _ = try BestExporter(exportsToKeep: 0, ExporterSettings(ServedModel.exported))
    }
  }

  @Test func theBestOfEarlierEvaluationsIsFound() throws {
    let writer = try SummaryWriter(directory: directory.file("eval"))
    for (step, loss) in [(1, 3.0), (2, 1.0), (3, 2.0)] {
      var summary = SummaryBuilder()
      try summary.add(metric: "loss", Tensor(scalar: Float(loss)))
      try writer.addSummary(summary.serialized(), step: step)
    }
    try writer.close()
    let best = try BestResult.recover(directory.file("eval/*.tfevents.*"), BestResult.hasSmallerLoss)
    #expect(best == ["loss": 1])
    #expect(try BestResult.recover(directory.file("none/*"), BestResult.hasSmallerLoss) == nil)
    let history = try EvaluationHistory.read(directory.file("eval"))
    #expect(history.map(\.step) == [1, 2, 3] && history.map { $0.metrics["loss"] } == [3, 1, 2])
  }

  @Test func theFinalExporterWaitsForTheEnd() throws {
    let (estimator, checkpoint) = try trained()
    let exporter = FinalExporter(name: "final", ExporterSettings(ServedModel.exported))
    func export(_ isFinal: Bool) throws -> String? {
      try exporter.export(
        estimator, to: directory.file("final"), checkpoint: checkpoint, results: results(1), isFinal: isFinal)
    }
    #expect(try export(false) == nil)
    #expect(try export(true) != nil)
    #expect(exports("final").count == 1)
  }

  @Test func onlyFoldersNamedAfterATimeAreDeleted() throws {
    for name in ["1234567890", "1234567891", "1234567892", "123", "keepthis10"] {
      try FileSystem.makeDirectories(directory.file("old/" + name))
    }
    ExportFolder.removeOld(directory.file("old"), keeping: 2)
    #expect(exports("old") == ["123", "1234567891", "1234567892", "keepthis10"])
    ExportFolder.removeOld(directory.file("old"), keeping: nil)
    #expect(exports("old").count == 4)
  }

  // MARK: Early stopping

  private let history: [(step: Int, metrics: [String: Double])] = [
    (10, ["m": 0.2]), (20, ["m": 0.6]), (30, ["m": 0.5]), (40, ["m": 0.4, "other": 9]),
  ]

  @Test(arguments: [
    (0.5, true, 0, true), (0.6, true, 0, false), (0.5, true, 30, false), (0.25, false, 0, true),
    (0.2, false, 0, false), (0.25, false, 11, false),
  ])
  func thresholds(threshold: Double, isUpper: Bool, minSteps: Int, stops: Bool) {
    let rule = StoppingRule.threshold(threshold, isUpper: isUpper)
    #expect(rule.isMet(metric: "m", minSteps: minSteps, history: history) == stops)
    #expect(!rule.isMet(metric: "unknown", minSteps: 0, history: history))
  }

  @Test(arguments: [
    (20, true, 0, true), (21, true, 0, false), (30, false, 0, true), (31, false, 0, false), (5, true, 40, false),
  ])
  func noImprovement(steps: Int, wantsIncrease: Bool, minSteps: Int, stops: Bool) {
    let rule = StoppingRule.noImprovement(steps: steps, wantsIncrease: wantsIncrease)
    #expect(rule.isMet(metric: "m", minSteps: minSteps, history: history) == stops)
  }

  @Test func earlyStoppingSetsAVariableThatOthersSee() throws {
    let estimator = try estimator()
    var asked = 0
    let hook = try EarlyStoppingHook(everySecs: nil, everySteps: 2) {
      asked += 1
      return asked == 3
    }
    try estimator.train(hooks: [hook], maxSteps: 50, toy)
    #expect(asked == 3)
    let step = try estimator.variableValue("global_step").integerScalar()
    #expect(try estimator.variableValue("signal_early_stopping/STOP").booleanScalar())
    // A worker that follows finds the variable set and ends after its first step.
    let follower = try EarlyStoppingHook(isChief: false, everySecs: nil, everySteps: 1) { false }
    try estimator.train(hooks: [follower], maxSteps: 50, toy)
    #expect(try estimator.variableValue("global_step").integerScalar() == step + 1)
    expectFailure(.value, "Only one of") { _ = try EarlyStoppingHook(everySecs: 1, everySteps: 1) { false } }
  }

  // MARK: Evaluation in memory

  @Test func evaluatesInMemory() throws {
    let estimator = try estimator()
    let hook = try InMemoryEvaluatorHook(estimator, steps: 1, name: "memory", everyIterations: 4, toy)
    try estimator.train(hooks: [hook], steps: 10, toy)
    try SummaryWriterCache.clear()
    let history = try EvaluationHistory.read(estimator.evaluationDirectory(name: "memory"))
    #expect(history.map(\.step) == [0, 4, 8, 10])
    // The loss is twice the weight, which begins at one and loses a tenth in a step.
    let losses = history.map { ($0.metrics["loss"] ?? 0) * 1000 }.map { $0.rounded() / 1000 }
    #expect(losses == [2, 1.2, 0.4, 0])
    expectFailure(.value, "invalid every_n_iter") {
      _ = try InMemoryEvaluatorHook(estimator, everyIterations: 0, toy)
    }
  }
}
