import EngineBuilders
import EngineCore
import EngineGraph

// metrics.<kind>      inputs..., opts -> tuple (value, update)
//     opts: weights metrics_collections updates_collections (lists of text, or text) name, and what is named below
//     mean(values)  accuracy(labels, predictions)
let builderMetricFunctions: [HostFunction] = [
  metric("mean", 1) { inputs, _, options in try Metrics.mean(inputs[0], options) },
  metric("accuracy", 2) { inputs, _, options in
    try Metrics.accuracy(labels: inputs[0], predictions: inputs[1], options)
  },
]

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
