import EngineBuilders
import EngineCore
import EngineGraph

// metrics.<kind>      inputs..., opts -> tuple (value, update)
//     opts of all: weights metrics_collections updates_collections (lists of text, or text) name
//     one input (values): mean  mean_tensor  percentage_below (threshold)
//     labels, predictions: accuracy  mean_absolute_error  mean_squared_error  root_mean_squared_error
//       mean_cosine_distance (dim)  precision  recall  true_positives  false_positives  true_negatives  false_negatives
//       the last six + "_at_thresholds" (thresholds: list of numbers)
//       auc (num_thresholds curve summation_method thresholds)
//       sensitivity_at_specificity (specificity num_thresholds)  specificity_at_sensitivity (sensitivity num_thresholds)
//       mean_iou (num_classes)  mean_per_class_accuracy (num_classes)
//       recall_at_k  precision_at_k  average_precision_at_k (k class_id; dense labels)
//       recall_at_top_k  precision_at_top_k (k class_id; predictions are class numbers)
//     labels, predictions, normalizer: mean_relative_error
let builderMetricFunctions: [HostFunction] =
  [
    metric("mean", 1) { inputs, _, options in try Metrics.mean(inputs[0], options) },
    metric("mean_tensor", 1) { inputs, _, options in try Metrics.meanTensor(inputs[0], options) },
    metric("percentage_below", 1) { inputs, reader, options in
      guard let threshold = try reader.double("threshold") else { throw missing("threshold") }
      return try Metrics.percentageBelow(inputs[0], threshold: threshold, options)
    },
    paired("accuracy", Metrics.accuracy),
    paired("mean_absolute_error", Metrics.meanAbsoluteError),
    paired("mean_squared_error", Metrics.meanSquaredError),
    paired("root_mean_squared_error", Metrics.rootMeanSquaredError),
    paired("precision", { try Metrics.precision(labels: $0, predictions: $1, $2) }),
    paired("recall", { try Metrics.recall(labels: $0, predictions: $1, $2) }),
    metric("precision_at_thresholds", 2) { inputs, reader, options in
      try Metrics.precision(
        labels: inputs[0], predictions: inputs[1], thresholds: try reader.doubles("thresholds") ?? [], options)
    },
    metric("recall_at_thresholds", 2) { inputs, reader, options in
      try Metrics.recall(
        labels: inputs[0], predictions: inputs[1], thresholds: try reader.doubles("thresholds") ?? [], options)
    },
    metric("mean_cosine_distance", 2) { inputs, reader, options in
      guard let axis = try reader.int("dim") else { throw missing("dim") }
      return try Metrics.meanCosineDistance(labels: inputs[0], predictions: inputs[1], axis: axis, options)
    },
    metric("mean_relative_error", 3) { inputs, _, options in
      try Metrics.meanRelativeError(labels: inputs[0], predictions: inputs[1], normalizer: inputs[2], options)
    },
    metric("auc", 2) { inputs, reader, options in
      let curve = try reader.string("curve") ?? "ROC"
      guard let curve = AUCCurve(rawValue: curve) else {
        throw EngineError.value("curve must be either ROC or PR, \(curve) unknown")
      }
      let method = try reader.string("summation_method") ?? "trapezoidal"
      guard let summation = AUCSummation(rawValue: method) else {
        throw EngineError.value("Invalid summation_method: \(method)")
      }
      return try Metrics.auc(
        labels: inputs[0], predictions: inputs[1], thresholdCount: try reader.int("num_thresholds") ?? 200,
        curve: curve, summation: summation, thresholds: try reader.doubles("thresholds"), options)
    },
    metric("sensitivity_at_specificity", 2) { inputs, reader, options in
      guard let value = try reader.double("specificity") else { throw missing("specificity") }
      return try Metrics.sensitivityAtSpecificity(
        labels: inputs[0], predictions: inputs[1], specificity: value,
        thresholdCount: try reader.int("num_thresholds") ?? 200, options)
    },
    metric("specificity_at_sensitivity", 2) { inputs, reader, options in
      guard let value = try reader.double("sensitivity") else { throw missing("sensitivity") }
      return try Metrics.specificityAtSensitivity(
        labels: inputs[0], predictions: inputs[1], sensitivity: value,
        thresholdCount: try reader.int("num_thresholds") ?? 200, options)
    },
    metric("mean_iou", 2) { inputs, reader, options in
      guard let count = try reader.int("num_classes") else { throw missing("num_classes") }
      return try Metrics.meanIoU(labels: inputs[0], predictions: inputs[1], classCount: count, options)
    },
    metric("mean_per_class_accuracy", 2) { inputs, reader, options in
      guard let count = try reader.int("num_classes") else { throw missing("num_classes") }
      return try Metrics.meanPerClassAccuracy(labels: inputs[0], predictions: inputs[1], classCount: count, options)
    },
    metric("recall_at_k", 2) { inputs, reader, options in
      guard let k = try reader.int("k") else { throw missing("k") }
      return try Metrics.recallAtK(
        labels: inputs[0], predictions: inputs[1], k: k, classID: try reader.int("class_id"), options)
    },
    metric("precision_at_k", 2) { inputs, reader, options in
      guard let k = try reader.int("k") else { throw missing("k") }
      return try Metrics.precisionAtK(
        labels: inputs[0], predictions: inputs[1], k: k, classID: try reader.int("class_id"), options)
    },
    metric("average_precision_at_k", 2) { inputs, reader, options in
      guard let k = try reader.int("k") else { throw missing("k") }
      return try Metrics.averagePrecisionAtK(labels: inputs[0], predictions: inputs[1], k: k, options)
    },
    metric("recall_at_top_k", 2) { inputs, reader, options in
      try Metrics.recallAtTopK(
        labels: inputs[0], indices: inputs[1], k: try reader.int("k"), classID: try reader.int("class_id"), options)
    },
    metric("precision_at_top_k", 2) { inputs, reader, options in
      try Metrics.precisionAtTopK(
        labels: inputs[0], indices: inputs[1], k: try reader.int("k"), classID: try reader.int("class_id"), options)
    },
  ]
  + ConfusionCell.allCases.flatMap { cell in
    [
      metric(cell.rawValue, 2) { inputs, _, options in
        try Metrics.count(cell, labels: inputs[0], predictions: inputs[1], options)
      },
      metric("\(cell.rawValue)_at_thresholds", 2) { inputs, reader, options in
        try Metrics.count(
          cell, labels: inputs[0], predictions: inputs[1], thresholds: try reader.doubles("thresholds") ?? [], options)
      },
    ]
  }

private func missing(_ name: String) -> EngineError { .type("metrics: '\(name)' is missing") }

private func paired(
  _ kind: String, _ body: @escaping @Sendable (Output, Output, MetricOptions) throws -> MetricResult
) -> HostFunction {
  metric(kind, 2) { inputs, _, options in try body(inputs[0], inputs[1], options) }
}

private func metric(
  _ kind: String, _ count: Int,
  _ body: @escaping @Sendable ([Output], OptionReader, MetricOptions) throws -> MetricResult
) -> HostFunction {
  HostFunction("metrics.\(kind)") { arguments in
    let reader = try arguments.options(count)
    let operands = try (0..<count).map { try arguments.operand($0) }
    guard let graph = operands.lazy.compactMap(outputGraph).first else {
      throw EngineError.type("\(arguments.function): needs a Tensor")
    }
    let inputs = try operands.map { try graph.tensor($0) }
    func collections(_ name: String) throws -> [String] {
      if case .text(let text) = reader[name] { return [text] }
      return try reader.strings(name) ?? []
    }
    var weights: Output?
    if let operand = try reader.operand("weights") { weights = try graph.tensor(operand, dtype: .float32) }
    let options = MetricOptions(
      weights: weights, metricsCollections: try collections("metrics_collections"),
      updatesCollections: try collections("updates_collections"), name: try reader.string("name"))
    let result = try body(inputs, reader, options)
    return .tuple([.output(result.value), .output(result.update)])
  }
}
