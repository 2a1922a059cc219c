import SwiftEstimator

/// A line `y = slope * x + shift` that is fitted to points by steps of gradient descent.
///
/// The model is built by hand, without an Estimator, so that sessions, hooks and the scaffold are seen at work.
public struct LineFit {
  public let graph: Graph
  public let slope: Variable
  public let shift: Variable
  public let xs: Output
  public let ys: Output
  public let loss: Output
  public let trainOp: Node

  public init(learningRate: Double = 0.1) throws {
    OpCatalog.install()
    graph = Graph()
    let step = try graph.createGlobalStep()
    xs = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)], name: "xs").output()
    ys = try graph.addNode("Placeholder", attributes: ["dtype": .type(.float32)], name: "ys").output()
    slope = try graph.variable(VariableRequest("slope", initialValue: .tensor(Tensor(scalar: Float(0)))))
    shift = try graph.variable(VariableRequest("shift", initialValue: .tensor(Tensor(scalar: Float(0)))))
    let line = try graph.op("AddV2", graph.op("Mul", slope.snapshot, xs), shift.snapshot)
    loss = try Losses.meanSquaredError(labels: ys, predictions: line)
    trainOp = try GradientDescentOptimizer(.number(learningRate)).minimize(loss, globalStep: .variable(step))
  }

  /// What a step is fed: points of the line `y = 2 x + 1`.
  public func feeds() throws -> [(output: Output, value: Tensor)] {
    let points: [Float] = [-1, -0.5, 0, 0.5, 1]
    return [
      (xs, try Tensor(points, shape: [points.count])),
      (ys, try Tensor(points.map { 2 * $0 + 1 }, shape: [points.count])),
    ]
  }
}

/// A hook of the program's own: ends the training when the loss is small enough, and remembers the way there.
public final class StopWhenGoodHook: SessionRunHook {
  public let goal: Double
  public private(set) var losses: [Double] = []
  private let loss: Output

  public init(loss: Output, goal: Double) {
    self.loss = loss
    self.goal = goal
  }

  /// A session calls only these.
  public override var methods: HookMethods { [.beforeRun, .afterRun] }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? { RunArguments(fetches: [loss]) }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let value = try values.results.first?.floatScalar() else { return }
    losses.append(value)
    if value <= goal { context.requestStop() }
  }
}

/// What a training has come to.
public struct FitResult {
  public let slope: Double
  public let shift: Double
  public let steps: Int
  public let losses: [Double]
}

/// Fits the line in a monitored session that keeps checkpoints in `directory` and goes on from the latest one.
public func fitLine(directory: String, goal: Double = 1e-6, maximumSteps: Int = 500) throws -> FitResult {
  let model = try LineFit()
  let goodEnough = StopWhenGoodHook(loss: model.loss, goal: goal)
  let finalValues = FinalOpsHook(fetches: [model.slope.snapshot, model.shift.snapshot])

  // The scaffold says how a session starts when there is no checkpoint: here from a guess instead of from zero.
  let guess = Tensor(scalar: Float(0.5))
  let scaffold = Scaffold(initFunction: { _, session in
    let assign = model.slope.initializer
    _ = try session.run(fetches: [], targets: [assign], feeds: [(assign.inputs[1], guess)])
  })

  let session = try MonitoredSession.training(
    graph: model.graph, checkpointDirectory: directory, scaffold: scaffold,
    hooks: [
      goodEnough, finalValues,
      try StopAtStepHook(lastStep: maximumSteps),
      try LoggingTensorHook([(tag: "loss", tensor: .output(model.loss))], everyIterations: 50),
      NanTensorHook(loss: .output(model.loss)),
    ],
    saveCheckpointSteps: .value(100))
  var steps = 0
  // `use` closes the session: hooks' `end` is called when all went well, or when the input ended.
  try session.use { session in
    while !session.shouldStop {
      _ = try session.run(fetches: [], targets: [model.trainOp], feeds: try model.feeds())
      steps += 1
    }
  }
  let values = try finalValues.finalValues.map { try $0.floatScalar() }
  return FitResult(slope: values[0], shift: values[1], steps: steps, losses: goodEnough.losses)
}

/// Runs the model once in a plain session, with a trace. Returns the names of the nodes that ran.
public func traceOneStep() throws -> (loss: Double, nodes: [String]) {
  let model = try LineFit()
  let session = Session(graph: model.graph)
  defer { session.close() }
  _ = try session.run(fetches: [], targets: [try model.graph.globalVariablesInitializer()])
  let done = try session.run(
    fetches: [model.loss], feeds: try model.feeds().map { ($0.output, $0.value) },
    options: RunOptions(traceLevel: .full))
  return (try done.results[0].floatScalar(), done.metadata.trace?.map(\.node.name) ?? [])
}
