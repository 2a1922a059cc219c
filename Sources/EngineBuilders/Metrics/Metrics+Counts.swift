import EngineCore
import EngineGraph

/// One cell of the table of labels against predictions.
public enum ConfusionCell: String, Sendable, CaseIterable {
  case truePositives = "true_positives", falseNegatives = "false_negatives"
  case trueNegatives = "true_negatives", falsePositives = "false_positives"

  var label: Bool { self == .truePositives || self == .falseNegatives }
  var prediction: Bool { self == .truePositives || self == .falsePositives }
}

extension Metrics {
  /// A count so far: as a tensor, and as of after the update.
  struct Count {
    let value: Output
    let update: VariableUpdate
  }

  /// The weighted number of examples in a cell; labels and predictions count as booleans.
  public static func count(
    _ cell: ConfusionCell, labels: Output, predictions: Output, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let count = try counted(cell, labels, predictions, options)
    return finish(count.value, count.update.read, options)
  }

  private static func counted(
    _ cell: ConfusionCell, _ labels: Output, _ predictions: Output, _ options: MetricOptions
  ) throws -> Count {
    let graph = predictions.graph
    return try scoped(graph, options, cell.rawValue) {
      let p = try graph.cast(predictions, to: .bool)
      let y = try graph.cast(labels, to: .bool)
      let fitted = try squeezed(predictions: p, labels: y, weights: options.weights)
      func equals(_ x: Output, _ value: Bool) throws -> Output {
        try graph.apply("Equal", .tensor(x), .constant(Tensor(scalar: value)))
      }
      let label = try equals(fitted.labels ?? y, cell.label)
      let prediction = try equals(fitted.predictions, cell.prediction)
      let isInCell = try graph.op("LogicalAnd", label, prediction)
      return try counted(isInCell, fitted.weights)
    }
  }

  /// Adds up a condition's weights in a variable named `count`.
  private static func counted(_ condition: Output, _ weights: Output?) throws -> Count {
    let graph = condition.graph
    try typeCheck(graph)
    let count = try variable(graph, "count")
    var values = try graph.cast(condition, to: .float32)
    if let weights {
      if let rank = weights.shape.rank, let valueRank = values.shape.rank, rank != 0, rank != valueRank {
        throw EngineError.value("weights must have rank 0 or \(valueRank), got shape \(weights.shape)")
      }
      // The nodes of TensorFlow's check, which the static ranks have answered.
      _ = try graph.rank(values)
      let check = try graph.withNameScope("assert_rank_in") { _ in
        _ = try graph.rank(weights, name: "rank")
        _ = try graph.shapeVector(weights)
        try typeCheck(graph)
        try typeCheck(graph)
        return try graph.addNode("NoOp", name: "static_checks_determined_all_ok")
      }
      values = try graph.withControlDependencies([check]) {
        try graph.op("Mul", values, try graph.cast(weights, to: .float32))
      }
    }
    let value = try graph.apply("Identity", .variable(count))
    let update = try count.assignAdd(.tensor(try graph.reduce("Sum", .tensor(values))))
    return Count(value: value, update: update)
  }

  private static func typeCheck(_ graph: Graph) throws {
    _ = try graph.withNameScope("assert_type") { _ in
      try graph.addNode("NoOp", name: "statically_determined_correct_type")
    }
  }

  /// `tp / (tp + fp)`; zero without positive predictions.
  public static func precision(labels: Output, predictions: Output, _ options: MetricOptions = .init()) throws
    -> MetricResult
  {
    try share(.falsePositives, "precision", labels, predictions, options)
  }

  /// `tp / (tp + fn)`; zero without positive labels.
  public static func recall(labels: Output, predictions: Output, _ options: MetricOptions = .init()) throws
    -> MetricResult
  {
    try share(.falseNegatives, "recall", labels, predictions, options)
  }

  private static func share(
    _ other: ConfusionCell, _ name: String, _ labels: Output, _ predictions: Output, _ options: MetricOptions
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, name) {
      let p = try graph.cast(predictions, to: .bool)
      let y = try graph.cast(labels, to: .bool)
      let fitted = try squeezed(predictions: p, labels: y, weights: options.weights)
      let inner = MetricOptions(weights: fitted.weights)
      let hits = try counted(.truePositives, fitted.labels ?? y, fitted.predictions, inner)
      let misses = try counted(other, fitted.labels ?? y, fitted.predictions, inner)
      func share(_ hits: Operand, _ misses: Operand, _ name: String) throws -> Output {
        func read() throws -> Operand {
          if case .update(let update) = hits { return .tensor(try update.value()) }
          return hits
        }
        let isDefined = try graph.apply("Greater", .tensor(try graph.add(try read(), misses)), 0)
        let x = try read()
        // As Python evaluates `hits / (hits + misses)`: the sum, then the read of the numerator.
        if case .update = hits {
          let sum = try graph.add(x, misses)
          let ratio = try graph.divide(try read(), .tensor(sum))
          return try graph.apply(
            "Select", as: name, .tensor(isDefined), .tensor(ratio), .constant(Tensor(scalar: Float(0))))
        }
        let ratio = try graph.divide(x, .tensor(try graph.add(x, misses)))
        return try graph.apply(
          "Select", as: name, .tensor(isDefined), .tensor(ratio), .constant(Tensor(scalar: Float(0))))
      }
      let value = try share(.tensor(hits.value), .tensor(misses.value), "value")
      let update = try share(.update(hits.update), .update(misses.update), "update_op")
      return finish(value, update, options)
    }
  }
}
