import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

extension Estimator {
  /// Evaluates the latest checkpoint on several datasets; the model is built once for all that have the same tensors.
  ///
  /// Results and files are those of one ``evaluate(on:steps:hooks:checkpointPath:name:)`` for each name.
  /// - Returns: the metrics by name, for each dataset.
  /// **Errors**: `ValueError` for names that are not different; those of an evaluation.
  public func evaluateMany(
    on datasets: [(name: String, dataset: Dataset)], steps: Int? = nil, hooks: [SessionRunHook] = [],
    checkpointPath: String? = nil
  ) throws -> [String: [String: Tensor]] {
    var targets: [Output] = []
    var names: [String] = []
    let inputs = try datasets.map { name, dataset in
      (
        name: name,
        build: try builder(dataset) { features, labels in
          names = features.keys.sorted()
          targets = names.compactMap { features[$0] } + [labels].compactMap { $0 }
        }
      )
    }
    let results = try evaluateMany(inputs, hooks: hooks, steps: steps, checkpointPath: checkpointPath) { index, graph in
      let input = try datasets[index].dataset.build(in: graph)
      let elements = input.features.sorted { $0.key < $1.key }.map(\.value) + [input.labels].compactMap { $0 }
      guard input.features.keys.sorted() == names, elements.count == targets.count else { return nil }
      for (element, target) in zip(elements, targets)
      where element.dtype != target.dtype || !target.shape.admits(element.shape) { return nil }
      return ReplacementInput(elements: elements, targets: targets, hooks: [InitializerHook([input.initializer])])
    }
    return Dictionary(
      results.map { name, metrics in
        (
          name,
          Dictionary(
            metrics.compactMap { metric in metric.values.first.map { (metric.name, $0) } },
            uniquingKeysWith: { first, _ in first })
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Keeps the model open for predictions: built once, asked many times.
  ///
  ///   let predictor = try estimator.predictor(features: ["x": (.float32, [nil, 4])])
  ///   let outputs = try predictor.predict([("x", x)])
  ///
  /// - Parameters:
  ///   - features: type and shape of each, `nil` for the batch dimension.
  ///   - outputKey: the name of an export output to ask for; default: the predictions.
  /// **Errors**: those of the model function and of restoring the checkpoint.
  public func predictor(
    features: [String: (dtype: DType, shape: Shape)], checkpointPath: String? = nil, outputKey: String? = nil
  ) throws -> Predictor {
    try predictor(input: ServingInput.raw(features), checkpointPath: checkpointPath, outputKey: outputKey)
  }
}

extension Shape {
  /// Whether every tensor of the other shape has this one too.
  func admits(_ other: Shape) -> Bool {
    guard let mine = dimensions else { return true }
    guard let others = other.dimensions, others.count == mine.count else { return false }
    return zip(mine, others).allSatisfy { $0 == nil || $0 == $1 }
  }
}
