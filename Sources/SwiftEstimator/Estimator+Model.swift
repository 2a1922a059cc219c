import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph
import EngineOps

/// The features of a batch, by name.
public struct Features {
  public let graph: Graph
  public let tensors: [String: Output]

  /// **Errors**: `KeyError` naming the features that there are.
  public func tensor(_ name: String) throws -> Output {
    guard let output = tensors[name] else {
      throw EngineError(
        kind: .key, code: .notFound, "there is no feature '\(name)'; there are \(tensors.keys.sorted())")
    }
    return output
  }
}

/// What a model is built for. The raw values are TensorFlow's mode keys.
public enum Mode: String, Sendable, CaseIterable {
  case train = "train"
  case evaluate = "eval"
  case predict = "infer"
}

/// Builds a model: from features, labels (none when predicting) and the mode to its spec.
public typealias ModelFunction = (_ features: Features, _ labels: Output?, _ mode: Mode) throws -> EstimatorSpec

final class ModelBox {
  let function: ModelFunction
  init(_ function: @escaping ModelFunction) { self.function = function }
}

extension Estimator {
  /// An Estimator for a model that is given as a function.
  ///
  ///   let estimator = try Estimator(modelDir: "/tmp/model") { features, labels, mode in
  ///     let logits = try Dense(in: features.graph, .init(units: 3))(features.tensor("x"))
  ///     guard let labels else { return try .predict(["class": ...], in: features.graph) }
  ///     let loss = try Losses.sparseSoftmaxCrossEntropy(labels: labels, logits: logits)
  ///     ...
  ///   }
  ///
  /// - Parameters:
  ///   - modelDir: where checkpoints and events go; default: the configuration's, else a new temporary directory.
  ///   - config: default: `RunConfig()`.
  ///   - warmStart: whose variables a training begins with that has no checkpoint yet.
  ///   - model: builds the model; see ``ModelFunction``.
  /// **Errors**: `ValueError` when `modelDir` and `config` name different directories.
  public convenience init(
    modelDir: String? = nil, config: RunConfig? = nil, warmStart settings: EngineEstimator.WarmStart? = nil,
    model: @escaping ModelFunction
  ) throws {
    OpCatalog.install()
    try self.init(
      modelDir: modelDir, config: config,
      warmStart: settings.map { settings in { graph in try settings.apply(to: graph) } })
    attachments["model"] = ModelBox(model)
    attachments["warm_start"] = settings.map { WarmStartBox($0) }
  }

  func modelBox() throws -> ModelBox {
    guard let model = attachments["model"] as? ModelBox else { throw EngineError.value("model_fn must be provided.") }
    return model
  }

  /// - Parameter onInput: told the tensors that the model is built on.
  func builder(
    _ dataset: Dataset, onInput: @escaping ([String: Output], Output?) -> Void = { _, _ in }
  ) throws -> ModelBuilder {
    let model = try modelBox()
    return { graph, mode in
      guard let mode = Mode(rawValue: mode) else { throw EngineError.value("there is no mode '\(mode)'") }
      let input = try dataset.build(in: graph)
      onInput(input.features, input.labels)
      let spec = try model.function(
        Features(graph: graph, tensors: input.features), mode == .predict ? nil : input.labels, mode)
      return BuiltModel(spec: spec, inputHooks: [InitializerHook([input.initializer])])
    }
  }

  /// Trains on a dataset; see ``train(hooks:steps:maxSteps:savingListeners:_:)``.
  @discardableResult
  public func train(
    on dataset: Dataset, steps: Int? = nil, maxSteps: Int? = nil, hooks: [SessionRunHook] = [],
    savingListeners: [CheckpointSaverListener] = []
  ) throws -> Tensor? {
    try train(
      hooks: hooks, steps: steps, maxSteps: maxSteps, savingListeners: savingListeners, try builder(dataset))
  }

  /// Evaluates on a dataset. Returns the metrics by name.
  public func evaluate(
    on dataset: Dataset, steps: Int? = nil, hooks: [SessionRunHook] = [], checkpointPath: String? = nil,
    name: String? = nil
  ) throws -> [String: Tensor] {
    let results = try evaluate(
      hooks: hooks, steps: steps, checkpointPath: checkpointPath, name: name, try builder(dataset))
    return Dictionary(
      results.compactMap { metric in metric.values.first.map { (metric.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// Predicts for a dataset, example by example as the result is read.
  public func predict(
    on dataset: Dataset, keys: [String]? = nil, hooks: [SessionRunHook] = [], checkpointPath: String? = nil
  ) throws -> PredictionStream {
    predict(keys: keys, hooks: hooks, checkpointPath: checkpointPath, try builder(dataset))
  }
}
