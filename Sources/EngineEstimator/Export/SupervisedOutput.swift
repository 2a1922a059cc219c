import EngineBuilders
import EngineCore
import EngineGraph

/// Loss, predictions and metrics of a model that is exported for training or evaluation.
public final class SupervisedOutput: ExportOutput {
  /// A metric of an export: what it is worth and how a step updates it; without a key it is the only one.
  public typealias Metric = (key: SpecKey?, value: SpecValue, update: SpecValue)
  public typealias Named = (name: String, output: Output)

  public let method: Signature.Method
  /// `nil` for what the model does not have.
  public let loss: [Named]?
  public let predictions: [Named]?
  public let metrics: [Named]?

  /// All of them, by the names that signatures have for them.
  public var outputs: [Named] { (loss ?? []) + (predictions ?? []) + (metrics ?? []) }

  /// A bare tensor is named after its field; keys in a dictionary get the field's name in front, unless they have it.
  ///
  /// - Parameter isTraining: whether it is for training, rather than evaluation.
  /// **Errors**: `ValueError` for keys that are not text, values that are not tensors, and updates that are neither
  /// tensors nor operations.
  public init(isTraining: Bool, loss: SpecValue?, predictions: SpecValue?, metrics: [Metric]?) throws {
    method = isTraining ? .train : .evaluate
    self.loss = try loss.map { try SupervisedOutput.named("loss", $0) }
    self.predictions = try predictions.map { try SupervisedOutput.named("predictions", $0) }
    self.metrics = try metrics.map { try $0.flatMap(SupervisedOutput.named) }
    super.init()
  }

  private static func named(_ field: String, _ value: SpecValue) throws -> [Named] {
    guard case .dict(let pairs) = value else { return [(field, try tensor(field, value))] }
    return try pairs.map { (try name(field, $0.key), try tensor(field, $0.value)) }
  }

  private static func named(_ metric: Metric) throws -> [Named] {
    let name = try name("metrics", metric.key)
    let value = try tensor(name, metric.value)
    return [(name + "/value", value), (name + "/update_op", try updateTensor(name, metric.update, value.graph))]
  }

  private static func name(_ field: String, _ key: SpecKey?) throws -> String {
    guard let key else { return field }
    if key.kind == .other { throw EngineError.value("\(field) output key must be a string; got \(key.text).") }
    return key.text.hasPrefix(field) ? key.text : "\(field)/\(key.text)"
  }

  private static func tensor(_ name: String, _ value: SpecValue) throws -> Output {
    guard let tensor = value.plainTensor else {
      throw EngineError.value("\(name) output value must be a Tensor; got \(value.description).")
    }
    return tensor
  }

  /// Signatures return tensors only: an operation is wrapped in an empty one.
  private static func updateTensor(_ name: String, _ update: SpecValue, _ graph: Graph) throws -> Output {
    if let output = update.plainTensor { return output }
    guard let node = update.operation else {
      throw EngineError.value("\(name) update_op must be a Tensor or Operation; got \(update.description).")
    }
    return try graph.withControlDependencies([node]) {
      try graph.constant(Tensor([Float](), shape: [0]), name: "metric_op_wrapper")
    }
  }
}

extension MetricOps {
  /// The metric as an export has it, where a nested value has no place.
  var exported: SupervisedOutput.Metric {
    func single(_ leaves: [SpecValue]) -> SpecValue {
      if leaves.count == 1, let only = leaves.first { return only }
      return .other("(" + leaves.map(\.description).joined(separator: ", ") + ")")
    }
    return (SpecKey(name), single(values), single(updates))
  }
}
