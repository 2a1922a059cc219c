import EngineBuilders
import EngineCore
import EngineGraph

/// Loss, predictions and metrics of a model that is exported for training or evaluation.
public final class SupervisedOutput: ExportOutput {
  public let method: Signature.Method
  public let outputs: [(name: String, output: Output)]

  /// - Parameter isTraining: whether it is for training, rather than evaluation.
  /// **Errors**: `ValueError` for values that are not tensors, and updates that are neither tensors nor operations.
  public init(
    isTraining: Bool, loss: SpecValue?, predictions: SpecValue?, metrics: [MetricOps]
  ) throws {
    method = isTraining ? .train : .evaluate
    var outputs: [(name: String, output: Output)] = []
    func add(_ prefix: String, _ name: String?, _ value: SpecValue) throws {
      guard let tensor = value.tensor else {
        throw EngineError.value("\(prefix) output value must be a Tensor; got \(value.description).")
      }
      outputs.append((SupervisedOutput.key(prefix, name), tensor))
    }
    if let loss { try add("loss", nil, loss) }
    switch predictions {
    case .dict(let pairs)?: for pair in pairs { try add("predictions", pair.key.text, pair.value) }
    case let value?: try add("predictions", nil, value)
    case nil: break
    }
    for metric in metrics {
      // A metric of several values has no place in a signature.
      guard let value = metric.values.first, let update = metric.updates.first else { continue }
      guard let tensor = value.tensor else {
        throw EngineError.value("metrics output value must be a Tensor; got \(value.description).")
      }
      let name = SupervisedOutput.key("metrics", metric.name)
      outputs.append((name + "/value", tensor))
      outputs.append((name + "/update_op", try SupervisedOutput.updateTensor(update, tensor.graph)))
    }
    self.outputs = outputs
    super.init()
  }

  private static func key(_ prefix: String, _ name: String?) -> String {
    guard let name else { return prefix }
    return name.hasPrefix(prefix) ? name : "\(prefix)/\(name)"
  }

  /// Signatures return tensors only: an operation is wrapped in an empty one.
  private static func updateTensor(_ update: SpecValue, _ graph: Graph) throws -> Output {
    if case .output(let output) = update { return output }
    guard let node = update.operation else {
      throw EngineError.value("metrics update_op must be a Tensor or Operation; got \(update.description).")
    }
    return try graph.withControlDependencies([node]) {
      try graph.constant(Tensor([Float](), shape: [0]), name: "metric_op_wrapper")
    }
  }
}
