import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// A model that is kept open for predictions: built once, asked many times with values for its inputs.
///
/// **Threading**: several threads may ask at once; ``refresh()`` and ``close()`` are for one.
public final class Predictor {
  /// A model in prediction mode with the tensors that values are given for, by name.
  public typealias Builder = (_ graph: Graph) throws -> (spec: EstimatorSpec, inputs: [(name: String, output: Output)])

  public let graph: Graph
  public let session: Session
  public let inputs: [(name: String, output: Output)]
  public let outputs: [(name: String, output: Output)]
  /// Where the variables' values came from; `nil` for initial values.
  public private(set) var checkpoint: String?
  private let scaffold: Scaffold
  private let latest: () throws -> String?

  /// - Parameters:
  ///   - checkpointPath: default: the estimator's latest; without any, variables have their initial values.
  ///   - outputKey: the name of an export output to ask for; default: the predictions.
  /// **Errors**: `ValueError` for a key that does not exist, and for outputs that are no tensors.
  public init(
    _ estimator: Estimator, checkpointPath: String? = nil, outputKey: String? = nil, _ build: Builder
  ) throws {
    let checkpoint = try estimator.existingCheckpoint(checkpointPath, purpose: "predict")
    graph = try estimator.newGraph()
    let (spec, inputs) = try build(graph)
    if let warmStart = estimator.warmStart, checkpoint == nil { try warmStart(graph) }
    self.inputs = inputs
    outputs = try Predictor.outputs(spec, outputKey)
    scaffold = spec.scaffold
    session = try ChiefSessionCreator(predicting: graph, scaffold: scaffold, checkpointFile: checkpoint).createSession()
    self.checkpoint = checkpoint
    latest = { [estimator] in try checkpointPath ?? estimator.latestCheckpoint() }
  }

  deinit { session.close() }

  private static func outputs(_ spec: EstimatorSpec, _ key: String?) throws -> [(name: String, output: Output)] {
    if let key {
      guard let entry = spec.exportOutputs?.first(where: { $0.name == key }) else {
        throw EngineError.value(
          "There is no export output '\(key)'; there are \((spec.exportOutputs ?? []).map(\.name)).")
      }
      switch entry.output {
      case let output as PredictOutput: return output.outputs
      case let output as RegressionOutput: return [("value", output.value)]
      case let output as ClassificationOutput:
        return [("scores", output.scores), ("classes", output.classes)].compactMap { name, tensor in
          tensor.map { (name, $0) }
        }
      default: throw EngineError.value("Export output '\(key)' is of a kind that cannot be predicted.")
      }
    }
    switch spec.predictions {
    case .dict(let pairs)?:
      return try pairs.map { key, value in
        guard let tensor = value.tensor else { throw EngineError.value("prediction '\(key.text)' is no tensor") }
        return (key.text, tensor)
      }
    case let value?:
      guard let tensor = value.tensor else { throw EngineError.value("the prediction is no tensor") }
      return [("output", tensor)]
    case nil: throw EngineError.value("Missing predictions.")
    }
  }

  /// The outputs for these inputs, in the order of ``outputs``.
  /// **Errors**: `ValueError` for inputs that are missing or unknown, `RuntimeError` when closed; those of the run.
  public func predict(_ values: [(name: String, value: Tensor)]) throws -> [Tensor] {
    let names = inputs.map(\.name)
    guard Set(values.map(\.name)) == Set(names), values.count == names.count else {
      throw EngineError.value("expected values for \(names), got \(values.map(\.name))")
    }
    let feeds = inputs.flatMap { input in
      values.filter { $0.name == input.name }.map { (input.output, $0.value) }
    }
    return try session.run(fetches: outputs.map(\.output), feeds: feeds)
  }

  /// Takes over the newest checkpoint, if there is a newer one than was used so far.
  /// - Returns: whether there was.
  @discardableResult
  public func refresh() throws -> Bool {
    guard let newest = try latest(), newest != checkpoint, let saver = scaffold.saver else { return false }
    try saver.restore(session, newest)
    checkpoint = newest
    return true
  }

  public func close() { session.close() }
}
