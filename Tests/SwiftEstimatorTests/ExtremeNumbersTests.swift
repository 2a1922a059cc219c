import SwiftEstimator
import Testing

/// Numbers that no computation with them may overflow on: they are refused, or mean "never".
@Suite struct ExtremeNumbersTests {
  private let huge = 1 << 62

  init() { OpCatalog.install() }

  @Test func clampedArithmetic() {
    #expect(Int.max.clampedSum(1) == .max && Int.min.clampedSum(-1) == .min && 2.clampedSum(-3) == -1)
    #expect(Int.min.clampedDifference(1) == .min && Int.max.clampedDifference(-1) == .max)
    #expect(0.clampedDifference(.min) == .max && 5.clampedDifference(7) == -2)
    #expect(huge.clampedProduct(4) == .max && huge.clampedProduct(-4) == .min && 6.clampedProduct(7) == 42)
    #expect((-huge).clampedProduct(-4) == .max && 0.clampedProduct(.min) == 0)
  }

  @Test func timersOfSteps() throws {
    let timer = try SecondOrStepTimer(everySteps: .max)
    #expect(timer.shouldTrigger(forStep: 5))
    timer.updateLastTriggeredStep(5)
    #expect(!timer.shouldTrigger(forStep: .max - 1))
    #expect(timer.updateLastTriggeredStep(.min)?.elapsedSteps == .min)
    #expect(timer.updateLastTriggeredStep(.max)?.elapsedSteps == .max)
  }

  /// A training whose global step stands at the end of the numbers.
  @Test func hooksAtTheLastStep() throws {
    try withDirectory { directory in
      let graph = Graph()
      let step = try graph.variable(
        VariableRequest(
          "global_step", initialValue: .tensor(Tensor(scalar: Int64.max - 1)), isTrainable: false,
          collections: [CollectionName.globalVariables, CollectionName.globalStep]))
      let loss = try graph.constant(scalar: Float(1), name: "loss")
      let increase = try graph.addNode(
        "AssignAddVariableOp", [step.handle, graph.constant(scalar: Int64(1))], attributes: ["dtype": .type(.int64)])
      let session = try MonitoredSession.training(
        graph: graph, checkpointDirectory: directory,
        hooks: [
          try StopAtStepHook(stepCount: .max),
          try LoggingTensorHook([(tag: "loss", tensor: .output(loss))], everyIterations: .max),
          try EarlyStoppingHook(everySecs: nil, everySteps: .max) { false },
        ], saveCheckpointSteps: .value(.max), saveSummariesSteps: .value(.max), logStepCountSteps: .max)
      try session.use { session in
        for _ in 0..<3 where !session.shouldStop { _ = try session.run(fetches: [loss], targets: [increase]) }
      }
      #expect(try FileSystem.listDirectory(directory).contains { $0.hasPrefix("model.ckpt-") })
    }
  }

  @Test func stoppingRules() {
    let history = [(step: Int.min, metrics: ["m": 1.0]), (step: Int.max, metrics: ["m": 0.0])]
    #expect(
      StoppingRule.noImprovement(steps: 5, wantsIncrease: true).isMet(metric: "m", minSteps: .min, history: history))
  }

  @Test func initializersOfHugeShapes() throws {
    let graph = Graph()
    let shape = [1 << 40, 1 << 40]
    for initializer in [IdentityInitializer(), ConstantInitializer([1])] as [any VariableInitializer] {
      #expect(throws: EngineError.self) { try initializer.build(graph, shape: shape, dtype: .float32, partition: nil) }
      #expect(throws: EngineError.self) {
        try initializer.build(graph, shape: [1 << 30, 1 << 31], dtype: .float32, partition: nil)
      }
    }
  }

  @Test func partitionersOfHugeShapes() throws {
    let shape = Shape(known: [huge, huge])
    #expect(try Partitioners.variableAxisSize(maxShardBytes: .max, maxShards: 3)(shape, .float32) == [3, 1])
    #expect(try Partitioners.minMax(maxPartitions: 5, minSliceSize: .max)(shape, .float32)[0] >= 1)
    #expect(try Partitioners.minMax(maxPartitions: 5, minSliceSize: 1)(shape, .float64) == [5, 1])
  }

  @Test func metricsOfManyThresholds() throws {
    let graph = Graph()
    let numbers = try graph.constant(Tensor([Float(0), 1], shape: [2]))
    #expect(throws: EngineError.self) { try Metrics.auc(labels: numbers, predictions: numbers, thresholdCount: huge) }
  }

  @Test func layersOfHugeSizes() throws {
    let graph = Graph()
    let images = try graph.addNode(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape([2, huge, huge, 3])]
    ).output()
    var configuration = ConvolutionConfiguration(filters: 2, kernelSize: [.max, .max], rank: 2)
    configuration.strides = [.max, .max]
    configuration.padding = "valid"
    // Sizes that no number holds are refused or taken as the largest there is.
    if let y = try? TransposedConvolution2D(in: graph, configuration)(images) {
      #expect(y.shape.dimensions?.allSatisfy { $0 ?? 0 >= 0 } == true)
    }
  }

  @Test func slicesOutsideOfTheirVariables() {
    func slice(_ full: [Int], _ offset: [Int], _ shape: [Int]) -> Bool {
      SaveSliceInfo(fullName: "w", fullShape: full, offset: offset, shape: shape).isSound
    }
    #expect(slice([4, 2], [2, 0], [2, 2]) && slice([4], [4], [0]) && slice([], [], []))
    #expect(!slice([4], [2], [3]) && !slice([4], [.max], [.max]) && !slice([4], [-1], [2]) && !slice([4, 2], [0], [4]))
    #expect(!slice([4], [0], [-1]) && !slice([.min], [0], [0]))
  }

  @Test func sleepingForNoTime() {
    Platform.sleep(seconds: -.infinity)
    Platform.sleep(seconds: .nan)
  }

  @Test func complexNumbersAsText() throws {
    func text(_ real: [Double], _ imaginary: [Double], _ shape: [Int]) throws -> String {
      try NumberText.text(Tensor(real: real, imaginary: imaginary, shape: shape))
    }
    #expect(try text([1.5], [-2], []) == "(1.5-2j)")
    #expect(try text([0], [3], []) == "3j")
    #expect(try text([1, 2], [0, .nan], [2]) == "[(1+0j) (2+nanj)]")
    #expect(throws: EngineError.self) { try Tensor(real: [1.0], imaginary: [], shape: []) }
    #expect(try Tensor(scalar: 2, dtype: .complex64).parts(Float.self) == [2, 0])
    #expect(throws: EngineError.self) { try Tensor(scalar: 2, dtype: .complex64).parts(Double.self) }
  }
}
