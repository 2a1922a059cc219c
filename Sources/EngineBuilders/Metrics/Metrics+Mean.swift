import EngineCore
import EngineGraph

extension Metrics {
  /// The weighted mean of each element of a tensor of fixed shape.
  /// **Errors**: `ValueError` when the shape isn't known.
  public static func meanTensor(_ values: Output, _ options: MetricOptions = .init()) throws -> MetricResult {
    let graph = values.graph
    return try scoped(graph, options, "mean") {
      var values = try graph.cast(values, to: .float32)
      guard let shape = values.shape.known else {
        throw EngineError.value("mean_tensor needs values of a fully defined shape, got \(values.shape)")
      }
      let total = try variable(graph, "total_tensor", shape: shape)
      let count = try variable(graph, "count_tensor", shape: shape)
      var number = try graph.onesLike(values)
      if let given = options.weights {
        let pair = try squeezed(predictions: values, labels: nil, weights: given)
        let weights = try WeightBroadcast.broadcast(
          try graph.cast(pair.weights ?? given, to: .float32), to: pair.predictions)
        values = try graph.op("Mul", pair.predictions, weights)
        number = try graph.op("Mul", number, weights)
      }
      let totalUpdate = try total.assignAdd(.tensor(values))
      let countUpdate = try graph.withControlDependencies([values.node]) { try count.assignAdd(.tensor(number)) }
      let value = try ratio(.variable(total), .variable(count), "value")
      let update = try ratio(.update(totalUpdate), .update(countUpdate), "update_op")
      return finish(value, update, options)
    }
  }

  /// Fits the inputs together and takes the mean of what `body` makes of them.
  private static func meanOf(
    _ labels: Output, _ predictions: Output, _ options: MetricOptions, _ name: String,
    _ body: (Graph, _ labels: Output, _ predictions: Output) throws -> Output
  ) throws -> MetricResult {
    let fitted = try squeezed(predictions: predictions, labels: labels, weights: options.weights)
    guard let labels = fitted.labels else { throw EngineError.internal("\(name) lost its labels") }
    var inner = options
    inner.weights = fitted.weights
    inner.name = options.name ?? name
    return try mean(try body(predictions.graph, labels, fitted.predictions), inner)
  }

  /// The mean of `|predictions - labels|`.
  public static func meanAbsoluteError(labels: Output, predictions: Output, _ options: MetricOptions = .init()) throws
    -> MetricResult
  {
    try meanOf(labels, predictions, options, "mean_absolute_error") { graph, y, p in
      try graph.op("Abs", try graph.subtract(.tensor(p), .tensor(y)))
    }
  }

  /// The mean of `(labels - predictions)^2`.
  public static func meanSquaredError(labels: Output, predictions: Output, _ options: MetricOptions = .init()) throws
    -> MetricResult
  {
    try meanOf(labels, predictions, options, "mean_squared_error") { graph, y, p in
      try graph.op("SquaredDifference", y, p)
    }
  }

  /// The root of the mean of `(labels - predictions)^2`.
  public static func rootMeanSquaredError(labels: Output, predictions: Output, _ options: MetricOptions = .init())
    throws -> MetricResult
  {
    var inner = MetricOptions(weights: options.weights, name: options.name ?? "root_mean_squared_error")
    inner.name = options.name ?? "root_mean_squared_error"
    let squared = try meanSquaredError(labels: labels, predictions: predictions, inner)
    let graph = predictions.graph
    return finish(try graph.op("Sqrt", squared.value), try graph.op("Sqrt", squared.update), options)
  }

  /// The mean of `|labels - predictions| / normalizer`, zero where that is zero.
  public static func meanRelativeError(
    labels: Output, predictions: Output, normalizer: Output, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    try meanOf(labels, predictions, options, "mean_relative_error") { graph, y, p in
      let (p, normalizer) = try {
        let pair = try WeightBroadcast.squeezed(normalizer, p)
        return (pair.predictions, pair.labels)
      }()
      let isZero = try graph.apply("Equal", .tensor(normalizer), 0)
      let zeros = try graph.zerosLike(y)
      let error = try graph.op("Abs", try graph.subtract(.tensor(y), .tensor(p)))
      return try graph.select(isZero, zeros, try graph.divide(.tensor(error), .tensor(normalizer)))
    }
  }

  /// One minus the mean of the sums of `predictions * labels` along an axis.
  public static func meanCosineDistance(
    labels: Output, predictions: Output, axis: Int, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    let fitted = try squeezed(predictions: predictions, labels: labels, weights: options.weights)
    guard let labels = fitted.labels else { throw EngineError.internal("mean_cosine_distance lost its labels") }
    let products = try graph.op("Mul", fitted.predictions, labels)
    let sums = try graph.reduce("Sum", .tensor(products), axes: [axis])
    let inner = MetricOptions(weights: fitted.weights, name: options.name ?? "mean_cosine_distance")
    let result = try mean(sums, inner)
    let value = try graph.apply("Sub", 1, .tensor(result.value))
    let update = try graph.apply("Sub", 1, .tensor(result.update))
    return finish(value, update, options)
  }

  /// The weighted share of values below a threshold.
  public static func percentageBelow(_ values: Output, threshold: Double, _ options: MetricOptions = .init()) throws
    -> MetricResult
  {
    let graph = values.graph
    let isBelow = try graph.cast(try graph.apply("Less", .tensor(values), .number(threshold)), to: .float32)
    var inner = options
    inner.name = options.name ?? "percentage_below_threshold"
    return try mean(isBelow, inner)
  }
}
