import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

extension Estimator {
  /// A classifier of dense layers over one feature, trained with Adam.
  ///
  /// Predictions are `class` and `probabilities`; evaluation adds `accuracy`.
  public static func denseClassifier(
    feature: String, hiddenUnits: [Int], classCount: Int, learningRate: Double = 0.01, modelDir: String? = nil,
    config: RunConfig? = nil
  ) throws -> Estimator {
    try Estimator(modelDir: modelDir, config: config) { features, labels, mode in
      let graph = features.graph
      var net = try features.tensor(feature)
      for units in hiddenUnits {
        net = try Dense(in: graph, .init(units: units, activation: { try graph.op("Relu", $0) }))(net)
      }
      let logits = try Dense(in: graph, .init(units: classCount))(net)
      let axis = try graph.constant(scalar: Int32(1))
      let classes = try graph.op("ArgMax", logits, axis, attributes: ["output_type": .type(.int64)])
      guard let labels else {
        return try .predict(["class": classes, "probabilities": graph.op("Softmax", logits)], in: graph)
      }
      let loss = try Losses.sparseSoftmaxCrossEntropy(labels: labels, logits: logits)
      if mode == .evaluate {
        return try .evaluate(
          loss: loss, metrics: ["accuracy": try Metrics.accuracy(labels: labels, predictions: classes)])
      }
      let optimizer = try AdamOptimizer(.number(learningRate))
      return try .train(loss: loss, trainOp: try optimizer.minimize(loss, globalStep: graph.globalStep()))
    }
  }
}
