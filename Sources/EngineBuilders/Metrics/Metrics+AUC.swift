import EngineCore
import EngineGraph

/// Which curve's area is taken.
public enum AUCCurve: String, Sendable { case roc = "ROC", precisionRecall = "PR" }

/// How the area between two thresholds is taken.
public enum AUCSummation: String, Sendable {
  case trapezoidal, minoring, majoring
  /// Interpolates counts instead of precisions (for precision-recall curves).
  case carefulInterpolation = "careful_interpolation"
}

extension Metrics {
  /// The area under a curve, from counts at many thresholds.
  ///
  /// **Errors**: `InvalidArgument` in runs for predictions outside [0, 1].
  /// **Source**: `tf.compat.v1.metrics.auc`; Davis and Goadrich 2006 for the careful interpolation.
  public static func auc(
    labels: Output, predictions: Output, thresholdCount: Int = 200, curve: AUCCurve = .roc,
    summation: AUCSummation = .trapezoidal, thresholds: [Double]? = nil, _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    let graph = predictions.graph
    return try scoped(graph, options, "auc") {
      let limits: [Double]
      if let thresholds {
        limits = [-1e-7] + thresholds.sorted() + [1 + 1e-7]
      } else {
        limits = try spread(thresholdCount)
      }
      let counts = try counts(labels, predictions, limits, options.weights)
      func area(_ name: String, _ cell: (ConfusionCell) throws -> Operand) throws -> Output {
        let curvePoints = AUCPoints(
          graph: graph, count: limits.count, tp: try cell(.truePositives), fn: try cell(.falseNegatives),
          tn: try cell(.trueNegatives), fp: try cell(.falsePositives))
        if curve == .precisionRecall, summation == .carefulInterpolation {
          return try curvePoints.interpolated(name)
        }
        return try curvePoints.area(curve, summation, name)
      }
      let value = try area("value") { try counts.value($0) }
      let update = try area("update_op") { try counts.update($0) }
      return finish(value, update, options)
    }
  }

  /// The sensitivity at the threshold whose specificity comes closest to a value.
  public static func sensitivityAtSpecificity(
    labels: Output, predictions: Output, specificity: Double, thresholdCount: Int = 200,
    _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    guard specificity >= 0, specificity <= 1 else {
      throw EngineError.value("`specificity` must be in the range [0, 1]. Currently, `specificity` is \(specificity).")
    }
    let graph = predictions.graph
    return try scoped(graph, options, "sensitivity_at_specificity") {
      let counts = try counts(labels, predictions, try spread(thresholdCount), options.weights)
      func compute(_ name: String, _ cell: (ConfusionCell) throws -> Operand) throws -> Output {
        let (tn, fp) = (try cell(.trueNegatives), try cell(.falsePositives))
        let sum = try graph.add(.tensor(try graph.add(.tensor(try read(tn, graph)), fp)), .number(1e-7))
        let specificities = try graph.divide(.tensor(try read(tn, graph)), .tensor(sum))
        let distance = try graph.op("Abs", try graph.subtract(.tensor(specificities), .number(specificity)))
        let index = try graph.cast(
          try graph.apply("ArgMin", .tensor(distance), .integer(0)), to: .int32)
        func at(_ operand: Operand) throws -> Output {
          try graph.apply("GatherV2", .tensor(try read(operand, graph)), .tensor(index), .integer(0))
        }
        let (tp, fn) = (try at(try cell(.truePositives)), try at(try cell(.falseNegatives)))
        let all = try graph.add(.tensor(try graph.add(.tensor(tp), .tensor(fn))), .number(1e-7))
        return try graph.divide(.tensor(tp), .tensor(all), name)
      }
      return finish(
        try compute("value") { try counts.value($0) }, try compute("update_op") { try counts.update($0) }, options)
    }
  }

  /// The specificity at the threshold whose sensitivity comes closest to a value; the last of several.
  public static func specificityAtSensitivity(
    labels: Output, predictions: Output, sensitivity: Double, thresholdCount: Int = 200,
    _ options: MetricOptions = .init()
  ) throws -> MetricResult {
    guard sensitivity >= 0, sensitivity <= 1 else {
      throw EngineError.value("`sensitivity` must be in the range [0, 1]. Currently, `sensitivity` is \(sensitivity).")
    }
    let graph = predictions.graph
    return try scoped(graph, options, "specificity_at_sensitivity") {
      let limits = try spread(thresholdCount, lastAbove: false)
      let counts = try counts(labels, predictions, limits, options.weights)
      func compute(_ name: String, _ cell: (ConfusionCell) throws -> Operand) throws -> Output {
        let (tp, fn) = (try cell(.truePositives), try cell(.falseNegatives))
        let sum = try graph.add(.tensor(try graph.add(.tensor(try read(tp, graph)), fn)), .number(1e-7))
        let sensitivities = try graph.divide(.tensor(try read(tp, graph)), .tensor(sum))
        let distance = try graph.op("Abs", try graph.subtract(.tensor(sensitivities), .number(sensitivity)))
        let least = try graph.reduce("Min", .tensor(distance))
        let isLeast = try graph.cast(try graph.op("Equal", distance, least), to: .int64)
        // The running count is largest from the last of them on, and there first.
        let running = try graph.apply("Cumsum", .tensor(isLeast), .integer(0))
        let index = try graph.cast(try graph.apply("ArgMax", .tensor(running), .integer(0)), to: .int32)
        func at(_ operand: Operand) throws -> Output {
          try graph.apply("GatherV2", .tensor(try read(operand, graph)), .tensor(index), .integer(0))
        }
        let (tn, fp) = (try at(try cell(.trueNegatives)), try at(try cell(.falsePositives)))
        let all = try graph.add(.tensor(try graph.add(.tensor(tn), .tensor(fp))), .number(1e-7))
        return try graph.divide(.tensor(tn), .tensor(all), name)
      }
      return finish(
        try compute("value") { try counts.value($0) }, try compute("update_op") { try counts.update($0) }, options)
    }
  }
}

/// The counts at all thresholds, from which areas are computed.
private struct AUCPoints {
  let graph: Graph
  let count: Int
  let tp: Operand
  let fn: Operand
  let tn: Operand
  let fp: Operand

  private static let epsilon = 1e-6

  private func read(_ operand: Operand) throws -> Operand { .tensor(try graph.tensor(operand)) }
  private func head(_ x: Output) throws -> Output { try graph.slice(x, from: nil, to: count - 1) }
  private func tail(_ x: Output) throws -> Output { try graph.slice(x, from: 1, to: nil) }

  func area(_ curve: AUCCurve, _ summation: AUCSummation, _ name: String) throws -> Output {
    let recall = try graph.divide(
      .tensor(try graph.add(try read(tp), .number(AUCPoints.epsilon))),
      .tensor(try graph.add(.tensor(try graph.add(try read(tp), fn)), .number(AUCPoints.epsilon))))
    let (x, y): (Output, Output)
    switch curve {
    case .roc:
      let all = try graph.add(.tensor(try graph.add(try read(fp), tn)), .number(AUCPoints.epsilon))
      x = try graph.divide(try read(fp), .tensor(all))
      y = recall
    case .precisionRecall:
      y = try graph.divide(
        .tensor(try graph.add(try read(tp), .number(AUCPoints.epsilon))),
        .tensor(try graph.add(.tensor(try graph.add(try read(tp), fp)), .number(AUCPoints.epsilon))))
      x = recall
    }
    let width = try graph.subtract(.tensor(try head(x)), .tensor(try tail(x)))
    let height: Output
    switch summation {
    case .trapezoidal, .carefulInterpolation:
      height = try graph.divide(.tensor(try graph.add(.tensor(try head(y)), .tensor(try tail(y)))), 2)
    case .minoring: height = try graph.op("Minimum", try head(y), try tail(y))
    case .majoring: height = try graph.op("Maximum", try head(y), try tail(y))
    }
    let areas = try graph.op("Mul", width, height)
    try areas.setShape(.vector(count - 1))
    return try graph.reduce("Sum", .tensor(areas), name: name)
  }

  func interpolated(_ name: String) throws -> Output {
    func tensor(_ operand: Operand) throws -> Output { try graph.tensor(operand) }
    let difference = try graph.subtract(
      .tensor(try head(try tensor(tp))), .tensor(try tail(try tensor(tp))))
    let positives = try graph.add(try read(tp), fp)
    let change = try graph.subtract(.tensor(try head(positives)), .tensor(try tail(positives)))
    let slope = try graph.divideNoNaN(
      .tensor(difference), .tensor(try graph.apply("Maximum", .tensor(change), 0)), "prec_slope")
    let intercept = try graph.subtract(
      .tensor(try tail(try tensor(tp))),
      .tensor(try graph.multiply(.tensor(slope), .tensor(try tail(positives)))))
    let isSafe = try graph.op(
      "LogicalAnd", try graph.apply("Greater", .tensor(try head(positives)), 0),
      try graph.apply("Greater", .tensor(try tail(positives)), 0))
    let ratio = try graph.divideNoNaN(
      .tensor(try head(positives)), .tensor(try graph.apply("Maximum", .tensor(try tail(positives)), 0)),
      "recall_relative_ratio")
    let safeRatio = try graph.select(isSafe, ratio, try graph.onesLike(try tail(positives)))
    let logarithm = try graph.multiply(.tensor(intercept), .tensor(try graph.op("Log", safeRatio)))
    let area = try graph.multiply(
      .tensor(slope), .tensor(try graph.add(.tensor(difference), .tensor(logarithm))))
    let all = try graph.add(.tensor(try tail(try tensor(tp))), .tensor(try tail(try tensor(fn))))
    let increments = try graph.divideNoNaN(
      .tensor(area), .tensor(try graph.apply("Maximum", .tensor(all), 0)), "pr_auc_increment")
    try increments.setShape(.vector(count - 1))
    return try graph.reduce("Sum", .tensor(increments), name: "interpolate_pr_auc")
  }
}
