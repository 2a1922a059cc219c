import EngineCore
import EngineGraph

/// What all metrics take.
public struct MetricOptions {
  public var weights: Output?
  /// Collections that get the value.
  public var metricsCollections: [String]
  /// Collections that get the update.
  public var updatesCollections: [String]
  public var name: String?

  public init(
    weights: Output? = nil, metricsCollections: [String] = [], updatesCollections: [String] = [], name: String? = nil
  ) {
    self.weights = weights
    self.metricsCollections = metricsCollections
    self.updatesCollections = updatesCollections
    self.name = name
  }
}

/// A metric's value so far, and the op that takes in a batch and gives the value afterwards.
public struct MetricResult {
  public let value: Output
  public let update: Output
}

/// The streaming metrics of `tf.compat.v1.metrics`.
///
/// Their variables are local ones, also in collection `metric_variables`.
public enum Metrics {
  /// Runs `body` in the metric's variable scope.
  static func scoped<Result>(
    _ graph: Graph, _ options: MetricOptions, _ defaultName: String, _ body: () throws -> Result
  ) throws -> Result {
    try graph.withVariableScope(options.name.map { .name($0) } ?? .defaultName(defaultName)) { _ in try body() }
  }

  static func variable(_ graph: Graph, _ name: String, shape: [Int] = [], dtype: DType = .float32) throws -> Variable {
    try Variable(
      in: graph, name: name, initialValue: .closure { try graph.zeros(shape: shape, dtype: dtype) },
      isTrainable: false, collections: [CollectionName.localVariables, CollectionName.metricVariables])
  }

  static func finish(_ value: Output, _ update: Output, _ options: MetricOptions) -> MetricResult {
    for name in options.metricsCollections { value.graph.addToCollection(name, .output(value)) }
    for name in options.updatesCollections { value.graph.addToCollection(name, .output(update)) }
    return MetricResult(value: value, update: update)
  }

  /// Brings the ranks of predictions, labels and weights together where they differ by one.
  static func squeezed(predictions: Output, labels: Output?, weights: Output?) throws -> (
    predictions: Output, labels: Output?, weights: Output?
  ) {
    let graph = predictions.graph
    var predictions = predictions
    var labels = labels
    if let given = labels {
      let pair = try WeightBroadcast.squeezed(given, predictions)
      labels = pair.labels
      predictions = pair.predictions
      guard predictions.shape.isCompatible(with: pair.labels.shape) else {
        throw EngineError.value("Shapes \(predictions.shape) and \(pair.labels.shape) are incompatible")
      }
    }
    guard let weights, weights.shape.rank != 0, let weightRank = weights.shape.rank,
      let rank = predictions.shape.rank
    else { return (predictions, labels, weights) }
    if weightRank - rank == 1 { return (predictions, labels, try graph.squeeze(weights, axes: [-1])) }
    if rank - weightRank == 1 {
      return (predictions, labels, try graph.apply("ExpandDims", .tensor(weights), .integers([-1])))
    }
    return (predictions, labels, weights)
  }

  /// `x / max(y, 0)`, zero for `0 / 0`.
  static func ratio(_ x: Operand, _ y: Operand, _ name: String) throws -> Output {
    guard let graph = x.graph ?? y.graph else { throw EngineError.internal("a metric without a graph") }
    let count = try graph.apply("Maximum", y, 0)
    return try graph.divideNoNaN(x, .tensor(count), name)
  }
}

extension Metrics {
  /// The weighted mean of values.
  public static func mean(_ values: Output, _ options: MetricOptions = .init()) throws -> MetricResult {
    let graph = values.graph
    return try scoped(graph, options, "mean") {
      var values = try graph.cast(values, to: .float32)
      let total = try variable(graph, "total")
      let count = try variable(graph, "count")
      let number: Output
      if let given = options.weights {
        let pair = try squeezed(predictions: values, labels: nil, weights: given)
        let weights = try WeightBroadcast.broadcast(
          try graph.cast(pair.weights ?? given, to: .float32), to: pair.predictions)
        values = try graph.op("Mul", pair.predictions, weights)
        number = try graph.reduce("Sum", .tensor(weights))
      } else {
        number = try graph.cast(try graph.size(values), to: .float32)
      }
      let totalUpdate = try total.assignAdd(.tensor(try graph.reduce("Sum", .tensor(values))))
      let countUpdate = try graph.withControlDependencies([values.node]) { try count.assignAdd(.tensor(number)) }
      let value = try ratio(.variable(total), .variable(count), "value")
      let update = try ratio(.update(totalUpdate), .update(countUpdate), "update_op")
      return finish(value, update, options)
    }
  }

  /// How often predictions equal labels.
  public static func accuracy(labels: Output, predictions: Output, _ options: MetricOptions = .init()) throws
    -> MetricResult
  {
    let graph = predictions.graph
    let fitted = try squeezed(predictions: predictions, labels: labels, weights: options.weights)
    guard let labels = fitted.labels else { throw EngineError.internal("accuracy lost its labels") }
    let predictions = try graph.cast(fitted.predictions, to: labels.dtype)
    let isCorrect = try graph.cast(try graph.op("Equal", predictions, labels), to: .float32)
    var inner = options
    inner.weights = fitted.weights
    inner.name = options.name ?? "accuracy"
    return try mean(isCorrect, inner)
  }
}
