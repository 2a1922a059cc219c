import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

@testable import EngineBuilders

private func floats(_ tensor: Tensor) throws -> [Double] {
  switch tensor.dtype {
  case .float32: try tensor.scalars(Float.self).map { Double($0) }
  case .float64: try tensor.scalars(Double.self)
  default: try tensor.integers().map { Double($0) }
  }
}

/// Both lists agree to six digits, as far as float32 goes.
private func expectClose(_ actual: [Double], _ expected: [Double], _ what: String) {
  #expect(actual.count == expected.count, "\(what): \(actual)")
  for (x, y) in zip(actual, expected) {
    #expect(abs(x - y) <= 2e-6 * max(1, abs(y)), "\(what): got \(actual), expected \(expected)")
  }
}

/// Three steps on `sum(w^2 * [1, 0.5])` from `[1, -2]` with rate 0.1; the numbers are TensorFlow 2.15.1's.
@Suite struct OptimizerNumberTests {
  private func check(_ expected: [[Double]], _ make: (Graph, Operand) throws -> Optimizer) throws {
    OpCatalog.install()
    let graph = Graph()
    let step = try graph.getOrCreateGlobalStep()
    let w = try graph.variable(.init("w", initialValue: .tensor(try Tensor([Float(1), -2], shape: [2]))))
    let square = try graph.op("Square", try w.value())
    let loss = try graph.reduce("Sum", .tensor(try graph.op("Mul", square, try graph.constant([Float(1), 0.5]))))
    let optimizer = try make(graph, step)
    let train = try optimizer.minimize(loss, globalStep: step)
    let initialize = try graph.globalVariablesInitializer()
    let session = Session(graph: graph)
    _ = try session.run(fetches: [], targets: [initialize])
    for row in expected {
      _ = try session.run(fetches: [], targets: [train])
      expectClose(try floats(try session.run(fetches: [w.snapshot])[0]), row, optimizer.name)
    }
    guard case .variable(let counter) = step else { return }
    #expect(try session.run(fetches: [counter.snapshot])[0].integers() == [3])
  }

  @Test func plain() throws {
    try check([[0.8, -1.8], [0.64, -1.62], [0.512, -1.458]]) { _, _ in try GradientDescentOptimizer(0.1) }
    try check([[0.8, -1.8], [0.46, -1.44], [0.06200001, -0.9719999]]) { _, _ in
      try MomentumOptimizer(0.1, momentum: 0.9)
    }
    try check([[0.62, -1.62], [0.2224, -1.1502], [-0.108352, -0.654642]]) { _, _ in
      try MomentumOptimizer(0.1, momentum: 0.9, usesNesterov: true)
    }
  }

  @Test func adaptive() throws {
    try check([[0.9, -1.9], [0.8004126, -1.800167], [0.7015873, -1.700624]]) { _, _ in try AdamOptimizer(0.1) }
    try check([[0.9012271, -1.901227], [0.8347373, -1.832777], [0.7822992, -1.777701]]) { _, _ in
      try AdagradOptimizer(0.1)
    }
    try check([[0.8245884, -1.824588], [0.6872513, -1.675756], [0.574523, -1.544639]]) { _, _ in
      try RMSPropOptimizer(0.1)
    }
    try check([[0.9999553, -1.999955], [0.99991, -1.99991], [0.9998643, -1.999864]]) { _, _ in
      try AdadeltaOptimizer(0.1)
    }
  }

  @Test func regularized() throws {
    try check([[0.7450533, -1.58888], [0.685782, -1.527147], [0.6378896, -1.476119]]) { _, _ in
      try FtrlOptimizer(0.1)
    }
    try check([[0.887522, -1.877741], [0.8118584, -1.793136], [0.7522549, -1.725161]]) { _, _ in
      try ProximalAdagradOptimizer(0.1, l1: 0.1, l2: 0.2)
    }
    try check([[0.7745098, -1.754902], [0.5976548, -1.538639], [0.458945, -1.347819]]) { _, _ in
      try ProximalGradientDescentOptimizer(0.1, l1: 0.1, l2: 0.2)
    }
    try check([[-0.09877297, 0.09877297], [-0.08859623, 0.09378339], [-0.07958539, 0.08906202]]) { _, step in
      try AdagradDAOptimizer(0.1, globalStep: step)
    }
  }
}

/// Labels [0, 0, 1, 1], predictions [.1, .4, .35, .8], weights [1, 2, 3, 4]; the numbers are TensorFlow 2.15.1's.
@Suite struct LossAndMetricNumberTests {
  private struct Inputs {
    let graph: Graph
    let labels: Output
    let predictions: Output
    let weights: Output
  }

  private func inputs() throws -> Inputs {
    StubOps.install()
    let graph = Graph()
    return Inputs(
      graph: graph, labels: try graph.constant([Float(0), 0, 1, 1]),
      predictions: try graph.constant([Float(0.1), 0.4, 0.35, 0.8]), weights: try graph.constant([Float(1), 2, 3, 4]))
  }

  private func run(_ output: Output) throws -> [Double] {
    let session = Session(graph: output.graph)
    _ = try session.run(fetches: [], targets: [try output.graph.localVariablesInitializer()])
    return try floats(try session.run(fetches: [output])[0])
  }

  @Test func losses() throws {
    let i = try inputs()
    let weights = try i.graph.constant([Float(0), 2, 3, 4])
    let expected: [(LossReduction, [Double])] = [
      (.none, [0, 0.32, 1.2675, 0.16]), (.sum, [1.7475]), (.mean, [0.1941667]), (.sumOverBatchSize, [0.436875]),
      (.sumByNonzeroWeights, [0.5825]),
    ]
    for (reduction, values) in expected {
      let loss = try Losses.meanSquaredError(
        labels: i.labels, predictions: i.predictions, .init(weights: .tensor(weights), reduction: reduction))
      expectClose(try run(loss), values, reduction.rawValue)
    }
    let (y, p) = (i.labels, i.predictions)
    expectClose(try run(try Losses.absoluteDifference(labels: y, predictions: p)), [0.3375], "absolute")
    expectClose(try run(try Losses.huber(labels: y, predictions: p, delta: 0.3)), [0.0625], "huber")
    expectClose(try run(try Losses.log(labels: y, predictions: p)), [0.472288], "log")
    expectClose(try run(try Losses.hinge(labels: y, logits: p)), [0.8375], "hinge")
    expectClose(
      try run(try Losses.sigmoidCrossEntropy(labels: y, logits: p, labelSmoothing: 0.1)), [0.648599], "sigmoid")
  }

  @Test func metrics() throws {
    let i = try inputs()
    let (y, p, w) = (i.labels, i.predictions, i.weights)
    func check(_ result: MetricResult, _ expected: [Double], _ what: String) throws {
      expectClose(try run(result.update), expected, what)
    }
    try check(try Metrics.mean(p, .init(weights: w)), [0.515], "mean")
    let above = try i.graph.cast(try i.graph.apply("Greater", .tensor(p), 0.5), to: .float32)
    try check(try Metrics.accuracy(labels: y, predictions: above, .init(weights: w)), [0.7], "accuracy")
    try check(try Metrics.precision(labels: y, predictions: above), [1], "precision")
    try check(try Metrics.recall(labels: y, predictions: above), [0.5], "recall")
    try check(try Metrics.meanAbsoluteError(labels: y, predictions: p, .init(weights: w)), [0.365], "mae")
    try check(try Metrics.rootMeanSquaredError(labels: y, predictions: p), [0.397649], "rmse")
    try check(try Metrics.percentageBelow(p, threshold: 0.38), [0.5], "below")
    try check(try Metrics.count(.truePositives, labels: y, predictions: above, .init(weights: w)), [4], "tp")
  }

  @Test func thresholds() throws {
    let i = try inputs()
    let (y, p) = (i.labels, i.predictions)
    func check(_ result: MetricResult, _ expected: [Double], _ what: String) throws {
      expectClose(try run(result.update), expected, what)
    }
    try check(try Metrics.auc(labels: y, predictions: p), [0.75], "auc")
    try check(try Metrics.auc(labels: y, predictions: p, .init(weights: i.weights)), [0.714286], "weighted auc")
    try check(try Metrics.auc(labels: y, predictions: p, curve: .precisionRecall), [0.791666], "auc of PR")
    try check(
      try Metrics.auc(labels: y, predictions: p, curve: .precisionRecall, summation: .carefulInterpolation),
      [0.797267], "careful auc")
    try check(
      try Metrics.count(.truePositives, labels: y, predictions: p, thresholds: [0.2, 0.5]), [2, 1], "counts")
    try check(try Metrics.precision(labels: y, predictions: p, thresholds: [0.2, 0.5]), [0.666667, 1], "precision")
    try check(try Metrics.sensitivityAtSpecificity(labels: y, predictions: p, specificity: 0.5), [1], "sensitivity")
    try check(try Metrics.specificityAtSensitivity(labels: y, predictions: p, sensitivity: 0.5), [1], "specificity")
  }

  @Test func classes() throws {
    let graph = try inputs().graph
    let y = try graph.constant([Int64(0), 0, 1, 1, 2])
    let p = try graph.constant([Int64(0), 1, 1, 1, 0])
    let session = Session(graph: graph)
    let iou = try Metrics.meanIoU(labels: y, predictions: p, classCount: 3)
    let accuracy = try Metrics.meanPerClassAccuracy(labels: y, predictions: p, classCount: 3)
    _ = try session.run(fetches: [], targets: [try graph.localVariablesInitializer()])
    _ = try session.run(fetches: [], targets: [iou.update.node])
    expectClose(try floats(try session.run(fetches: [iou.value])[0]), [0.3333333], "mean_iou")
    expectClose(try floats(try session.run(fetches: [accuracy.update])[0]), [0.5, 1, 0], "accuracies of the classes")
    expectClose(try floats(try session.run(fetches: [accuracy.value])[0]), [0.5], "mean_per_class_accuracy")
  }

  @Test func best() throws {
    let graph = try inputs().graph
    let scores = try graph.constant(
      Tensor([Float(0.1), 0.7, 0.2, 0.3, 0.3, 0.4, 0.8, 0.1, 0.1], shape: [3, 3]))
    let y = try graph.constant(Tensor([Int64(1), 0, 2], shape: [3, 1]))
    func check(_ result: MetricResult, _ expected: Double, _ what: String) throws {
      expectClose(try run(result.update), [expected], what)
    }
    try check(try Metrics.recallAtK(labels: y, predictions: scores, k: 2), 0.6666667, "recall@2")
    try check(try Metrics.precisionAtK(labels: y, predictions: scores, k: 2), 0.3333333, "precision@2")
    try check(try Metrics.precisionAtK(labels: y, predictions: scores, k: 2, classID: 1), 0.5, "precision@2 of 1")
    try check(try Metrics.averagePrecisionAtK(labels: y, predictions: scores, k: 2), 0.5, "average precision@2")
  }

  @Test func batchNormalization() throws {
    let graph = try inputs().graph
    let x = try graph.constant(Tensor([Float(1), 2, 3, 6], shape: [4, 1]))
    let layer = try BatchNormalization(in: graph)
    layer.training = .fixed(true)
    let output = try layer(x)
    let images = try graph.constant(Tensor([Float(1), 2, 3, 6], shape: [4, 1, 1, 1]))
    let fused = try BatchNormalization(in: graph)
    fused.training = .fixed(true)
    _ = try fused(images)
    let session = Session(graph: graph)
    _ = try session.run(fetches: [], targets: [try graph.globalVariablesInitializer()])
    expectClose(
      try floats(try session.run(fetches: [output], targets: layer.updates + fused.updates)[0]),
      [-1.068892, -0.534446, 0, 1.603339], "output")
    let moving = [layer, fused].compactMap(\.movingVariance).map(\.snapshot)
    expectClose(try session.run(fetches: moving).flatMap { try floats($0) }, [1.025, 1.036667], "moving variance")
  }
}

/// What goes wrong, in TensorFlow's words.
@Suite struct BuilderErrorTests {
  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch let error as EngineError { return error.message } catch { return "\(error)" }
    return "no error"
  }

  @Test func variables() throws {
    StubOps.install()
    let graph = Graph()
    _ = try graph.variable(.init("w", shape: [2, 3]))
    #expect(
      message { _ = try graph.variable(.init("w", shape: [2, 3])) }.contains("Variable w already exists, disallowed."))
    #expect(
      message { _ = try graph.variable(.init("v", shape: [2], reuse: .always)) }
        .contains("does not exist, or was not created with tf.get_variable()"))
    #expect(
      message { _ = try graph.variable(.init("w", shape: [2, 4], reuse: .always)) }
        .contains("Trying to share variable w, but specified shape (2, 4) and found shape (2, 3)."))
    #expect(message { _ = try graph.variable(.init("n")) }.contains("its `shape` argument must be specified"))
    #expect(
      message {
        _ = try graph.variable(.init("c", shape: [1], initialValue: .tensor(try Tensor([Float(1)], shape: [1]))))
      } == "If initializer is a constant, do not specify shape.")
    try graph.createGlobalStep()
    #expect(message { try graph.createGlobalStep() } == "\"global_step\" already exists.")
  }

  @Test func optimizers() throws {
    StubOps.install()
    let graph = Graph()
    let loss = try graph.constant(scalar: Float(1))
    let optimizer = try GradientDescentOptimizer(0.1)
    #expect(message { try optimizer.minimize(loss) } == "No variables to optimize.")
    _ = try graph.variable(.init("w", shape: [2]))
    #expect(message { try optimizer.minimize(loss) }.hasPrefix("No gradients provided for any variable"))
    #expect(message { try optimizer.applyGradients([]) } == "No variables provided.")
    #expect(message { _ = try AdagradOptimizer(0.1, initialAccumulator: 0) }.contains("must be positive"))
  }

  @Test func weights() throws {
    StubOps.install()
    let graph = Graph()
    let (y, p, w) = (try graph.floats(4, 3), try graph.floats(4, 3), try graph.floats(2, 3))
    let text = message { _ = try Losses.meanSquaredError(labels: y, predictions: p, .init(weights: .tensor(w))) }
    #expect(text.contains("weights can not be broadcast to values."))
  }
}
