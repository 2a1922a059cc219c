import EngineCore
import EngineGraph

extension Losses {
  /// `|predictions - labels|`.
  public static func absoluteDifference(labels: Output, predictions: Output, _ options: Options = .init()) throws
    -> Output
  {
    try paired(predictions, labels, ("predictions", "labels"), options, "absolute_difference") { graph, p, y in
      try graph.op("Abs", try graph.op("Sub", p, y))
    }
  }

  /// `(predictions - labels)^2`.
  public static func meanSquaredError(labels: Output, predictions: Output, _ options: Options = .init()) throws
    -> Output
  {
    try paired(predictions, labels, ("predictions", "labels"), options, "mean_squared_error") { graph, p, y in
      try graph.op("SquaredDifference", p, y)
    }
  }

  /// `1 - sum(predictions * labels)` along an axis; both are taken to have unit length.
  public static func cosineDistance(
    labels: Output, predictions: Output, axis: Int, _ options: Options = .init()
  ) throws -> Output {
    try paired(predictions, labels, ("predictions", "labels"), options, "cosine_distance_loss") { graph, p, y in
      let products = try graph.op("Mul", p, y)
      let sum = try graph.reduce("Sum", .tensor(products), axes: [axis], keepDimensions: true)
      return try graph.subtract(1, .tensor(sum))
    }
  }

  /// Quadratic for errors up to `delta`, linear beyond.
  public static func huber(labels: Output, predictions: Output, delta: Double = 1, _ options: Options = .init()) throws
    -> Output
  {
    try paired(predictions, labels, ("predictions", "labels"), options, "huber_loss") { graph, p, y in
      let error = try graph.op("Sub", p, y)
      let size = try graph.op("Abs", error)
      let quadratic = try graph.apply("Minimum", .tensor(size), .number(delta))
      // The linear part has no gradient below delta, as TensorFlow's formula has it.
      let linear = try graph.op("Sub", size, quadratic)
      let half = try graph.scalar(0.5, like: quadratic)
      let square = try graph.op("Mul", half, try graph.op("Mul", quadratic, quadratic))
      return try graph.apply(
        "AddV2", as: "Add", .tensor(square),
        .tensor(try graph.apply("Mul", .number(delta), .tensor(linear))))
    }
  }

  /// `-y log(p + epsilon) - (1 - y) log(1 - p + epsilon)`.
  public static func log(
    labels: Output, predictions: Output, epsilon: Double = 1e-7, _ options: Options = .init()
  ) throws -> Output {
    try paired(predictions, labels, ("predictions", "labels"), options, "log_loss") { graph, p, y in
      let positive = try graph.op("Mul", y, try graph.op("Log", try graph.add(.tensor(p), .number(epsilon))))
      let first = try graph.op("Neg", positive)
      let absent = try graph.subtract(1, .tensor(y))
      let rest = try graph.add(.tensor(try graph.subtract(1, .tensor(p))), .number(epsilon))
      let second = try graph.op("Mul", absent, try graph.op("Log", rest))
      return try graph.subtract(.tensor(first), .tensor(second))
    }
  }

  /// `max(0, 1 - (2y - 1) * logits)` for labels 0 and 1.
  public static func hinge(labels: Output, logits: Output, _ options: Options = .init()) throws -> Output {
    try paired(logits, labels, ("logits", "labels"), options, "hinge_loss") { graph, x, y in
      let ones = try graph.onesLike(y)
      let signs = try graph.op("Sub", try graph.multiply(2, .tensor(y)), ones)
      return try graph.op("Relu", try graph.op("Sub", ones, try graph.op("Mul", signs, x)))
    }
  }

  /// Differences between all pairs of elements of an example.
  ///
  /// For an example with n errors d: `2 sum(d^2) / (n - 1) - 2 (sum d)^2 / (n (n - 1))`.
  public static func meanPairwiseSquaredError(
    labels: Output, predictions: Output, weights: Operand = 1.0, scope: String? = nil,
    collection: String? = CollectionName.losses
  ) throws -> Output {
    let graph = predictions.graph
    return try graph.withNameScope(scope ?? "mean_pairwise_squared_error") { _ in
      let labels = try graph.cast(labels, to: .float32)
      let given: Output
      if case .number(let number) = weights {
        given = try graph.withNameScope("Cast") { _ in try graph.constant(scalar: Float(number), name: "x") }
      } else {
        given = try graph.cast(try graph.tensor(weights), to: .float32)
      }
      let check = try WeightBroadcast.check(.tensor(given), labels)
      return try graph.withControlDependencies([check]) {
        let predictions = try graph.cast(predictions, to: .float32)
        guard predictions.shape.isCompatible(with: labels.shape) else {
          throw EngineError.value("Shapes \(predictions.shape) and \(labels.shape) are incompatible")
        }
        let errors = try graph.op("Sub", predictions, labels)
        let axes = try innerAxes(errors)
        let keep: [String: AttributeValue] = ["keep_dims": .bool(true)]
        let squares = try graph.apply(
          "Sum", .tensor(try graph.op("Square", errors)), .tensor(axes), attributes: keep)
        let present = try presentCount(errors, given, perBatch: true)
        func positive(_ x: Output) throws -> Output { try graph.apply("Maximum", .tensor(x), 0) }
        let fewer = try positive(try graph.subtract(.tensor(present), 1))
        let first = try graph.multiply(
          2, .tensor(try graph.divideNoNaN(.tensor(squares), .tensor(fewer), "value")))
        let sums = try graph.apply("Sum", .tensor(errors), .tensor(axes), attributes: keep)
        let squaredSums = try graph.op("Square", sums)
        let pairs = try graph.apply("Mul", .tensor(present), .tensor(try graph.subtract(.tensor(present), 1)))
        let second = try graph.multiply(
          2, .tensor(try graph.divideNoNaN(.tensor(squaredSums), .tensor(try positive(pairs)), "value")))
        let elements = try graph.op("Mul", try graph.subtract(.tensor(first), .tensor(second)), given)
        let loss = try graph.reduce("Sum", .tensor(elements))
        let total = try graph.reduce("Sum", .tensor(present))
        let value = try graph.select(
          try graph.apply("Greater", .tensor(total), 0), loss, try graph.zerosLike(loss), name: "value")
        add(value, to: collection)
        return value
      }
    }
  }
}
