import EngineCore
import EngineGraph
import Testing

@testable import EngineBuilders

/// Graphs of layers, losses, metrics and helpers; `Fixtures/builders/more_cases.py` has the same models in Python.
@Suite struct GoldenModels {
  @Test func layers() throws {
    try Goldens.check("layers") { graph in
      let x = try graph.floats(nil, 4)
      let training = try Dropout(in: graph, rate: 0.3)
      training.training = .fixed(true)
      _ = try training(x)
      _ = try Dropout(in: graph, rate: 0.3)(x)
      _ = try Flatten(in: graph)(try graph.floats(nil, 3, 4))
      _ = try Flatten(in: graph)(try graph.floats(nil, nil, 4))
      _ = try Flatten(in: graph)(try graph.floats(nil))
      _ = try NN.dropout(x, rate: 0.4)
      _ = try NN.dropout(x, rate: .tensor(try graph.placeholder(.float32, .scalar)))
    }
  }

  @Test func convolutions() throws {
    try Goldens.check("convolutions") { graph in
      let images = try graph.floats(nil, 28, 28, 1)
      var first = ConvolutionConfiguration(filters: 4, kernelSize: [3, 3], rank: 2)
      first.activation = { try graph.op("Relu", $0) }
      first.padding = "same"
      var c = try Convolution(in: graph, first, rank: 2)(images)
      c = try Pooling(in: graph, .maximum, window: [2, 2], strides: [2, 2])(c)
      c = try Pooling(in: graph, .average, window: [2, 2], strides: [2, 2])(c)
      var second = ConvolutionConfiguration(filters: 4, kernelSize: [3, 3], rank: 2)
      second.strides = [2, 2]
      second.usesBias = false
      c = try Convolution(in: graph, second, rank: 2)(c)
      var third = ConvolutionConfiguration(filters: 3, kernelSize: [3, 3], rank: 2)
      third.strides = [2, 2]
      c = try TransposedConvolution2D(in: graph, third)(c)
      c = try SeparableConvolution(in: graph, .init(filters: 3, kernelSize: [3, 3], rank: 2), rank: 2)(c)
      let x = try graph.floats(nil, 10, 3)
      var y = try Convolution(in: graph, .init(filters: 4, kernelSize: [3], rank: 1), rank: 1)(x)
      y = try Pooling(in: graph, .maximum, window: [2], strides: [2])(y)
      _ = try Pooling(in: graph, .average, window: [2], strides: [2])(y)
      _ = try SeparableConvolution(in: graph, .init(filters: 4, kernelSize: [3], rank: 1), rank: 1)(x)
    }
  }

  @Test func batchNormalization() throws {
    try Goldens.check("batch_normalization") { graph in
      func apply(_ x: Output, _ isTraining: Bool) throws {
        let layer = try BatchNormalization(in: graph)
        layer.training = .fixed(isTraining)
        _ = try layer(x)
      }
      let x = try graph.floats(nil, 4)
      try apply(x, false)
      try apply(x, true)
      let images = try graph.floats(nil, 8, 8, 4)
      try apply(images, false)
      try apply(images, true)
      #expect(graph.collection("update_ops").count == 4)
    }
  }

  @Test func losses() throws {
    try Goldens.check("losses") { graph in
      let (y, p, w) = (try graph.floats(4, 3), try graph.floats(4, 3), try graph.floats(4, 1))
      _ = try Losses.absoluteDifference(labels: y, predictions: p, .init(weights: .tensor(w)))
      _ = try Losses.meanSquaredError(labels: y, predictions: p)
      _ = try Losses.cosineDistance(labels: y, predictions: p, axis: 1)
      _ = try Losses.hinge(labels: y, logits: p)
      _ = try Losses.huber(labels: y, predictions: p)
      _ = try Losses.log(labels: y, predictions: p)
      _ = try Losses.meanPairwiseSquaredError(labels: y, predictions: p)
      _ = try Losses.sigmoidCrossEntropy(labels: y, logits: p, labelSmoothing: 0.1)
      _ = try Losses.softmaxCrossEntropy(labels: y, logits: p, labelSmoothing: 0.1)
      _ = try Losses.sparseSoftmaxCrossEntropy(
        labels: try graph.longs(4, 1), logits: p, .init(weights: .tensor(w)))
      for reduction in [LossReduction.none, .sum, .mean, .sumOverBatchSize] {
        _ = try Losses.meanSquaredError(
          labels: y, predictions: p,
          .init(weights: .tensor(w), collection: reduction == .none ? nil : "losses", reduction: reduction))
      }
      _ = try Losses.meanSquaredError(labels: y, predictions: p, .init(weights: 2.0, collection: nil))
      _ = try graph.totalLoss()
    }
  }

  @Test func metrics() throws {
    try Goldens.check("metrics") { graph in
      let (y, p, w) = (try graph.floats(4), try graph.floats(4), try graph.floats(4))
      _ = try Metrics.mean(p, .init(weights: w))
      _ = try Metrics.meanTensor(p)
      _ = try Metrics.accuracy(labels: try graph.longs(4), predictions: try graph.placeholder(.int32, [4, 1]))
      _ = try Metrics.meanAbsoluteError(labels: y, predictions: p)
      _ = try Metrics.meanSquaredError(labels: y, predictions: p)
      _ = try Metrics.rootMeanSquaredError(labels: y, predictions: p)
      _ = try Metrics.meanRelativeError(labels: y, predictions: p, normalizer: w)
      _ = try Metrics.meanCosineDistance(labels: try graph.floats(4, 3), predictions: try graph.floats(4, 3), axis: 1)
      _ = try Metrics.percentageBelow(p, threshold: 0.5)
      _ = try Metrics.precision(labels: y, predictions: p)
      _ = try Metrics.recall(labels: y, predictions: p)
      _ = try Metrics.count(.truePositives, labels: y, predictions: p)
      _ = try Metrics.count(.trueNegatives, labels: y, predictions: p)
      _ = try Metrics.count(.falsePositives, labels: y, predictions: p)
      _ = try Metrics.count(.falseNegatives, labels: y, predictions: p)
    }
    try Goldens.check("weighted_counts") { graph in
      let one = (try graph.floats(nil), try graph.floats(nil), try graph.floats(nil))
      _ = try Metrics.precision(labels: one.0, predictions: one.1, .init(weights: one.2))
      let two = (try graph.floats(nil), try graph.floats(nil), try graph.floats(nil))
      _ = try Metrics.recall(labels: two.0, predictions: two.1, .init(weights: two.2))
    }
  }

  @Test func decays() throws {
    try Goldens.check("decays") { graph in
      let step = Operand.tensor(try graph.placeholder(.int64, .scalar))
      for isStaircase in [false, true] {
        _ = try LearningRateDecay.exponential(
          graph, rate: 0.1, step: step, decaySteps: 10, decayRate: 0.5, isStaircase: isStaircase)
      }
      _ = try LearningRateDecay.naturalExponential(
        graph, rate: 0.1, step: step, decaySteps: 10, decayRate: 0.5, isStaircase: true)
      _ = try LearningRateDecay.inverseTime(
        graph, rate: 0.1, step: step, decaySteps: 10, decayRate: 0.5, isStaircase: true)
      _ = try LearningRateDecay.polynomial(graph, rate: 0.1, step: step, decaySteps: 10)
      _ = try LearningRateDecay.polynomial(graph, rate: 0.1, step: step, decaySteps: 10, cycles: true)
      _ = try LearningRateDecay.cosine(graph, rate: 0.1, step: step, decaySteps: 10)
      _ = try LearningRateDecay.linearCosine(graph, rate: 0.1, step: step, decaySteps: 10)
      _ = try LearningRateDecay.linearCosine(
        graph, rate: 0.1, step: step, decaySteps: 10, noise: (variance: 1, decay: 0.55))
    }
  }

  @Test func helpers() throws {
    try Goldens.check("nn_helpers") { graph in
      let x = try graph.floats(nil, 3)
      let v = try graph.floats(3)
      let t = Operand.tensor(v)
      _ = try NN.moments(x, axes: [0])
      _ = try NN.moments(x, axes: [0], keepDimensions: true)
      _ = try NN.l2Normalize(x, axes: .integer(1))
      _ = try NN.batchNormalization(x, mean: t, variance: t, offset: t, scale: t, epsilon: 0.001)
      _ = try NN.batchNormalization(x, mean: t, variance: t, offset: nil, scale: nil, epsilon: 0.001)
      _ = try Clipping.byValue(v, minimum: 0, maximum: 1)
      _ = try Clipping.byNorm(v, 1)
      _ = try Clipping.byNorm(x, 1, axes: [1])
      _ = try Clipping.byGlobalNorm([.dense(v), nil, .dense(x)], 1)
      _ = try Clipping.byAverageNorm(v, 1)
      _ = try CrossEntropy.sigmoid(labels: x, logits: x)
      _ = try CrossEntropy.weighted(labels: x, logits: x, positiveWeight: 2.0)
      _ = try CrossEntropy.softmaxStoppingLabels(labels: x, logits: x)
      _ = try CrossEntropy.softmax(labels: x, logits: x)
      _ = try CrossEntropy.sparseSoftmax(labels: try graph.longs(nil), logits: x)
      try graph.group([try graph.addNode("NoOp"), v.node])
      _ = try NN.tuple([v, nil, x], controls: [try graph.addNode("NoOp")])
    }
  }

  @Test func embeddings() throws {
    try Goldens.check("embeddings") { graph in
      let v = try graph.getVariable(
        .init("v", shape: [5, 2], initializer: Zeros(), partitioner: Partitioners.fixedSize(2)))
      let w = try graph.variable(.init("w", shape: [5, 2], initializer: Zeros()))
      let ids = try graph.longs(nil)
      _ = try Embedding.lookup([.variable(w)], ids)
      _ = try Embedding.lookup([.variable(w)], ids, maximumNorm: 1)
      _ = try Embedding.lookup(Embedding.parts(of: v), ids)
      _ = try Embedding.lookup(Embedding.parts(of: v), ids, strategy: .div)
    }
  }

  @Test func summaries() throws {
    try Goldens.check("summaries") { graph in
      _ = try Summaries.scalar("a b", try graph.floats())
      try graph.withNameScope("ns") { _ in
        _ = try Summaries.scalar("q", try graph.floats())
        let q = try Summaries.scalar("q", try graph.floats(), .init(family: "fa"))
        #expect(constantValue(of: q.node.inputs[0])?.strings == [ByteString("fa/ns/fa/q".utf8)])
      }
      _ = try Summaries.histogram("h", try graph.floats(3))
      _ = try Summaries.image("im", try graph.floats(nil, 4, 4, 1))
      _ = try Summaries.text("t", try graph.constant(Tensor(string: "x")))
      _ = try Summaries.mergeAll(graph)
    }
  }
}
