import SwiftEstimator

/// Points of the plane `y = 3 a − 2 b + 0.5`, and a model that finds it.
public enum PlaneModel {
  /// The plane's height at some points. `points: [count, 2]` row by row.
  public static func heights(of points: [Float]) -> [Float] {
    stride(from: 0, to: points.count, by: 2).map { 3 * points[$0] - 2 * points[$0 + 1] + 0.5 }
  }

  /// A grid of points with their heights.
  public static func dataset() throws -> Dataset {
    var points: [Float] = []
    for row in -3...3 { for column in -3...3 { points += [Float(row) / 3, Float(column) / 3] } }
    let count = points.count / 2
    return try Dataset(
      features: ["point": Tensor(points, shape: [count, 2])], labels: Tensor(heights(of: points), shape: [count]))
  }

  /// What a served model is fed: a batch of points.
  public static var rawInput: ServingInput.Builder { ServingInput.raw(["point": (.float32, [nil, 2])]) }
  /// The same as serialized `Example` messages.
  public static var exampleInput: ServingInput.Builder { ServingInput.parsing(["point": .init(.float32, shape: [2])]) }

  /// An Estimator with the model.
  ///
  /// Its scaffold has parts of its own: a saver that keeps two checkpoints, and a local variable that a session sets
  /// when it starts, whether from a checkpoint or not.
  /// - Parameter learningRate: of gradient descent.
  public static func estimator(
    modelDir: String, learningRate: Double = 0.2, warmStart: WarmStart? = nil
  ) throws -> Estimator {
    let config = try RunConfig(randomSeed: 3, saveCheckpointsSteps: .value(50), clusterConfiguration: nil)
    return try Estimator(modelDir: modelDir, config: config, warmStart: warmStart) { features, labels, mode in
      let graph = features.graph
      let weights = try graph.variable(VariableRequest("plane/weights", shape: [2, 1], initializer: Zeros()))
      let shift = try graph.variable(VariableRequest("plane/shift", shape: [], initializer: Zeros()))
      let product = try graph.op("MatMul", features.tensor("point"), weights.snapshot)
      let flat = try graph.op("Reshape", product, graph.constant(Tensor([Int32(-1)], shape: [1])))
      let height = try graph.op("AddV2", flat, shift.snapshot)
      guard let labels else {
        return try .predict(
          ["height": height], in: graph,
          exportOutputs: [
            "serving_default": PredictOutput(["height": height]), "regression": RegressionOutput(height),
          ])
      }
      let loss = try Losses.meanSquaredError(labels: labels, predictions: height)
      if mode == .evaluate {
        return try .evaluate(
          loss: loss,
          metrics: ["error": try Metrics.meanAbsoluteError(labels: labels, predictions: height)],
          predictions: ["height": height])
      }
      let step = try GradientDescentOptimizer(.number(learningRate)).minimize(loss, globalStep: graph.globalStep())
      return try .train(loss: loss, trainOp: step, scaffold: scaffold(in: graph))
    }
  }

  /// The name of the scaffold's local variable.
  public static let sessionStarts = "session_starts"

  private static func scaffold(in graph: Graph) throws -> Scaffold {
    let starts = try graph.variable(
      VariableRequest(
        sessionStarts, initialValue: .tensor(Tensor(scalar: Int64(0))), isTrainable: false,
        collections: [CollectionName.localVariables]))
    let one = try graph.constant(scalar: Int64(1))
    let setStarts = try graph.addNode(
      "AssignVariableOp", [starts.handle, one], attributes: ["dtype": .type(.int64)], name: "set_session_starts")
    return Scaffold(
      // Called after the variables have their first values, and never when a checkpoint gave them theirs.
      initFunction: { _, _ in Logger.info("The plane is flat at first.") },
      localInitOp: try graph.group([Scaffold.defaultLocalInitOp(graph), setStarts], name: "start_session"),
      saver: Saver(maxToKeep: 2, savesRelativePaths: true))
  }
}
