import EngineCore
import EngineGraph

extension Metrics {
  private static func flat(_ x: Output, _ rank: Int? = 1) throws -> Output {
    if let own = x.shape.rank, own > 1 { return try x.graph.reshape(x, [-1]) }
    return x
  }

  /// The mean over classes of intersection by union; classes that never occur don't count.
  public static func meanIoU(
    labels: Output, predictions: Output, classCount: Int, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, "mean_iou") {
      guard labels.shape.isCompatible(with: predictions.shape) else {
        throw EngineError.value("Shapes \(predictions.shape) and \(labels.shape) are incompatible")
      }
      let matrix = try variable(graph, "total_confusion_matrix", shape: [classCount, classCount], dtype: .float64)
      let p = try flat(try graph.cast(predictions, to: .int64))
      let y = try flat(try graph.cast(labels, to: .int64))
      let weights = try options.weights.map { try flat($0) }
      let batch = try confusionMatrix(y, p, classCount, weights)
      let update = try matrix.assignAdd(.tensor(batch))
      let cells = try matrix.value()
      let rows = try graph.cast(try graph.reduce("Sum", .tensor(cells), axis: 0), to: .float32)
      let columns = try graph.cast(try graph.reduce("Sum", .tensor(cells), axis: 1), to: .float32)
      let diagonal = try graph.cast(try graph.op("DiagPart", cells), to: .float32)
      let union = try graph.subtract(
        .tensor(try graph.add(.tensor(rows), .tensor(columns))), .tensor(diagonal))
      let present = try graph.cast(try graph.apply("NotEqual", .tensor(union), 0), to: .float32)
      let presentCount = try graph.reduce("Sum", .tensor(present), axes: [0])
      let safeUnion = try graph.select(
        try graph.apply("Greater", .tensor(union), 0), union, try graph.onesLike(union))
      let sum = try graph.reduce(
        "Sum", .tensor(try graph.divide(.tensor(diagonal), .tensor(safeUnion))), axes: [0])
      let value = try graph.divideNoNaN(.tensor(sum), .tensor(presentCount), "mean_iou")
      return finish(value, update.read, options)
    }
  }

  private static func confusionMatrix(_ labels: Output, _ predictions: Output, _ count: Int, _ weights: Output?) throws
    -> Output
  {
    let graph = labels.graph
    return try graph.withNameScope("confusion_matrix") { scope in
      let (labels, predictions) = try WeightBroadcast.squeezed(labels, predictions)
      let indices = try graph.pack([.tensor(labels), .tensor(predictions)], axis: 1)
      let values: Output
      if let weights {
        let broadcast = try WeightBroadcast.broadcast(
          try graph.cast(weights, to: .float64), to: try graph.cast(labels, to: .float64))
        values = broadcast
      } else {
        values = try graph.onesLike(predictions, dtype: .float64)
      }
      let shape = try graph.constant([Int64(count), Int64(count)], name: "shape")
      return try graph.addNode("ScatterNd", [indices, values, shape], name: scope).output()
    }
  }

  /// The mean over classes of the share of their examples that are predicted right; absent ones count as zero.
  ///
  /// **Shapes**: the update is a vector, one accuracy for each class.
  public static func meanPerClassAccuracy(
    labels: Output, predictions: Output, classCount: Int, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, "mean_accuracy") {
      let y = try flat(try graph.cast(labels, to: .int64))
      guard labels.shape.isCompatible(with: predictions.shape) else {
        throw EngineError.value("Shapes \(predictions.shape) and \(labels.shape) are incompatible")
      }
      let total = try variable(graph, "total", shape: [classCount])
      let count = try variable(graph, "count", shape: [classCount])
      var ones = try graph.onesLike(y, dtype: .float32)
      let p = try graph.cast(try flat(predictions), to: .int64)
      var isCorrect = try graph.cast(try graph.op("Equal", p, y), to: .float32)
      if let weights = try options.weights.map({ try graph.cast(try flat($0), to: .float32) }) {
        isCorrect = try graph.multiply(.tensor(isCorrect), .tensor(weights))
        ones = try graph.multiply(.tensor(ones), .tensor(weights))
      }
      let totalUpdate = try total.scatter(.add, indices: y, updates: ones)
      let countUpdate = try count.scatter(.add, indices: y, updates: isCorrect)
      func shares(_ correct: Operand, _ all: Operand, _ name: String) throws -> Output {
        let shares = try ratio(correct, all, name)
        try shares.setShape(.vector(classCount))
        return shares
      }
      let accuracies = try shares(.variable(count), .variable(total), "div_no_nan")
      let value = try graph.reduce("Mean", .tensor(accuracies), axes: [0], name: "mean_accuracy")
      // The update gives each class's accuracy, not their mean.
      return finish(value, try shares(.update(countUpdate), .update(totalUpdate), "update_op"), options)
    }
  }
}
