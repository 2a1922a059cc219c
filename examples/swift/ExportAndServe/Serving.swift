import SwiftEstimator

/// What training with exports has left.
public struct Trained {
  public let estimator: Estimator
  /// The metrics of the last evaluation.
  public let metrics: [String: Double]
  /// The newest export of each exporter, by the exporter's name.
  public let exports: [String: String]
}

/// Trains, evaluates at every checkpoint, and exports: the best model, the two latest, and the final one.
public func trainAndExport(directory: String, steps: Int = 200) throws -> Trained {
  let estimator = try PlaneModel.estimator(modelDir: directory)
  let data = try PlaneModel.dataset()
  let exporters: [Exporter] = [
    try BestExporter(name: "best", ExporterSettings(input: PlaneModel.rawInput)),
    try LatestExporter(name: "latest", exportsToKeep: 2, ExporterSettings(input: PlaneModel.rawInput)),
    FinalExporter(name: "final", ExporterSettings(input: PlaneModel.exampleInput)),
  ]
  let result = try estimator.trainAndEvaluate(
    TrainSpec(on: data.shuffled(bufferSize: 49, seed: 1).repeated().batched(49), maxSteps: steps),
    EvalSpec(on: data.batched(49), steps: nil, exporters: exporters, throttleSecs: 0))
  var metrics: [String: Double] = [:]
  for metric in result?.metrics ?? [] { metrics[metric.name] = try metric.values.first?.floatScalar() }
  var exports: [String: String] = [:]
  for exporter in exporters {
    let folder = FileSystem.join(FileSystem.join(directory, "export"), exporter.name)
    exports[exporter.name] = try FileSystem.listDirectory(folder).max().map { FileSystem.join(folder, $0) }
  }
  return Trained(estimator: estimator, metrics: metrics, exports: exports)
}

/// Loads an export that is fed with points, and asks it for their heights.
public func serve(_ export: String, points: [Float]) throws -> [Float] {
  let model = try SavedModel(at: export)
  defer { model.close() }
  let outputs = try model.predict(["point": try Tensor(points, shape: [points.count / 2, 2])])
  return try outputs["height"]?.scalars(Float.self) ?? []
}

/// Loads an export that is fed with `Example` messages, and asks it by its regression signature.
public func serveExamples(_ export: String, points: [Float]) throws -> [Float] {
  let model = try SavedModel(at: export)
  defer { model.close() }
  let examples = try stride(from: 0, to: points.count, by: 2).map { index in
    var list = try ProtoMessage("FloatList")
    list["value"] = .list(points[index..<index + 2].map { .float($0) })
    var feature = try ProtoMessage("Feature")
    feature["float_list"] = .message(list)
    var features = try ProtoMessage("Features")
    features.setEntry("feature", "point", .message(feature))
    var example = try ProtoMessage("Example")
    example["features"] = .message(features)
    return example.serialized()
  }
  let input = try Tensor(strings: examples, shape: [examples.count])
  let outputs = try model.predict(["inputs": input], signature: "regression")
  return try outputs["outputs"]?.scalars(Float.self) ?? []
}

/// Keeps the trained model itself open, without an export.
public func ask(_ estimator: Estimator, points: [Float]) throws -> [Float] {
  let predictor = try estimator.predictor(input: PlaneModel.rawInput)
  defer { predictor.close() }
  let outputs = try predictor.predict(["point": try Tensor(points, shape: [points.count / 2, 2])])
  return try outputs["height"]?.scalars(Float.self) ?? []
}

/// Starts another model from the weights of a trained one, and trains it for one tiny step.
/// - Returns: its loss, which is small although it has seen next to nothing.
public func warmStart(from trained: String, directory: String) throws -> Double {
  let estimator = try PlaneModel.estimator(
    modelDir: directory, learningRate: 1e-6, warmStart: WarmStart(checkpoint: WarmStart.checkpoint(at: trained)))
  let data = try PlaneModel.dataset().batched(49)
  try estimator.train(on: data, steps: 1)
  return try estimator.evaluate(on: data)["loss"]?.floatScalar() ?? .infinity
}
