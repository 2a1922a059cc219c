import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

extension Estimator {
  /// What builds the model on inputs for serving.
  func exportBuilder(_ input: @escaping ServingInput.Builder) throws -> ExportBuilder {
    let model = try modelBox()
    return { graph, mode in
      guard let mode = Mode(rawValue: mode) else { throw EngineError.value("there is no mode '\(mode)'") }
      let input = try input(graph)
      let spec = try model.function(Features(graph: graph, tensors: input.features), input.labels, mode)
      return ExportedModel(
        spec: spec, receivers: ReceiverTensors(input.receivers),
        alternatives: input.alternatives.sorted { $0.key < $1.key }.map { ($0.key, ReceiverTensors($0.value)) })
    }
  }

  /// Writes the model with the latest checkpoint's weights as a SavedModel, which TensorFlow and ``SavedModel`` load.
  ///
  ///   let path = try estimator.exportSavedModel(to: "exports", input: ServingInput.raw(["x": (.float32, [nil, 4])]))
  ///
  /// - Parameters:
  ///   - base: the directory in which the export gets a new one, named after the time.
  ///   - input: what callers feed.
  ///   - mode: what the exported graph is for.
  /// - Returns: the export's directory.
  /// **Errors**: `ValueError` when nothing has been trained, and for variables that the checkpoint lacks.
  @discardableResult
  public func exportSavedModel(
    to base: String, input: @escaping ServingInput.Builder, mode: Mode = .predict, options: ExportOptions = .init()
  ) throws -> String {
    try exportSavedModel(to: base, inputs: [mode: input], options: options)
  }

  /// Writes a SavedModel with a graph for each mode. See ``exportSavedModel(to:input:mode:options:)``.
  @discardableResult
  public func exportSavedModel(
    to base: String, inputs: [Mode: ServingInput.Builder], options: ExportOptions = .init()
  ) throws -> String {
    var options = options
    options.warmStartPath = options.warmStartPath ?? (attachments["warm_start"] as? WarmStartBox)?.settings.checkpoint
    var builders: [String: ExportBuilder] = [:]
    for (mode, input) in inputs { builders[mode.rawValue] = try exportBuilder(input) }
    return try exportSavedModel(to: base, builders: builders, options: options)
  }

  /// Keeps the model open for predictions: built once on inputs for serving, asked many times.
  /// - Parameter outputKey: the name of an export output to ask for; default: the predictions.
  /// **Errors**: those of the model function and of restoring the checkpoint.
  public func predictor(
    input: @escaping ServingInput.Builder, checkpointPath: String? = nil, outputKey: String? = nil
  ) throws -> Predictor {
    let model = try modelBox()
    return try Predictor(self, checkpointPath: checkpointPath, outputKey: outputKey) { graph in
      let input = try input(graph)
      let spec = try model.function(Features(graph: graph, tensors: input.features), nil, .predict)
      return (spec, input.receivers.sorted { $0.key < $1.key }.map { (name: $0.key, output: $0.value) })
    }
  }
}

extension ReceiverTensors {
  init(_ tensors: [String: Output]) {
    self.init(tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: .dense($0.value)) })
  }
}

extension Predictor {
  /// The outputs for these inputs, by name.
  /// **Errors**: `ValueError` for inputs that are missing or unknown, `RuntimeError` when closed; those of the run.
  public func predict(_ values: [String: Tensor]) throws -> [String: Tensor] {
    let results = try predict(values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
    return Dictionary(zip(outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
  }
}

extension ExporterSettings {
  /// Exports the model of whichever estimator the exporter works for, with these inputs for serving.
  public init(input: @escaping ServingInput.Builder) {
    self.init(builder: { try $0.exportBuilder(input) })
  }
}

final class WarmStartBox {
  let settings: EngineEstimator.WarmStart
  init(_ settings: EngineEstimator.WarmStart) { self.settings = settings }
}
