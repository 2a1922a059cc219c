import EngineCore
import EngineGraph
import EngineRuntime

extension Estimator {
  /// Predicts from an input, batch by batch, as the result is read. Nothing happens before the first read.
  ///
  /// - Parameters:
  ///   - keys: the predictions wanted; default: all.
  ///   - checkpointPath: default: the latest; without any, variables have their initial values.
  public func predict(
    keys: [String]? = nil, hooks: [SessionRunHook] = [], checkpointPath: String? = nil,
    _ build: @escaping ModelBuilder
  ) -> PredictionStream {
    PredictionStream(estimator: self, keys: keys, hooks: hooks, checkpointPath: checkpointPath, build: build)
  }
}

/// The predictions for an input, made while they are read.
public final class PredictionStream {
  private let estimator: Estimator
  private let keys: [String]?
  private let hooks: [SessionRunHook]
  private let checkpointPath: String?
  private let build: Estimator.ModelBuilder

  private enum State {
    case waiting
    case running(MonitoredSession, RunArguments)
    case finished
  }
  private var state = State.waiting
  /// Names of the predictions in the order of a batch's tensors; `nil` for a model with one unnamed prediction.
  public private(set) var names: [String]?
  /// The graph of the model, once there is one.
  public private(set) var graph: Graph?
  private var batch: [Tensor] = []
  private var row = 0
  private var rowCount = 0

  init(
    estimator: Estimator, keys: [String]?, hooks: [SessionRunHook], checkpointPath: String?,
    build: @escaping Estimator.ModelBuilder
  ) {
    self.estimator = estimator
    self.keys = keys
    self.hooks = hooks
    self.checkpointPath = checkpointPath
    self.build = build
  }

  /// Builds the model and opens its session.
  private func start() throws -> State {
    let checkpoint = try estimator.existingCheckpoint(checkpointPath, purpose: "predict")
    let graph = try estimator.newGraph()
    self.graph = graph
    let model = try build(graph, ModeKeys.predict)
    if let warmStart = estimator.warmStart, checkpoint == nil { try warmStart(graph) }
    var request = RunArguments()
    switch try filtered(model.spec.predictions) {
    case .dict(let pairs)?:
      names = pairs.map(\.key.text)
      for pair in pairs { pair.value.add(to: &request) }
    case let value?: value.add(to: &request)
    case nil: throw EngineError.value("Missing predictions.")
    }
    let creator = ChiefSessionCreator(predicting: graph, scaffold: model.spec.scaffold, checkpointFile: checkpoint)
    let session = try MonitoredSession(
      graph: graph, creator: creator, hooks: model.inputHooks + hooks + model.spec.predictionHooks)
    return .running(session, request)
  }

  private func filtered(_ predictions: SpecValue?) throws -> SpecValue? {
    guard let keys, !keys.isEmpty else { return predictions }
    guard case .dict(let pairs)? = predictions else {
      throw EngineError.value("predict_keys argument is not valid in case of non-dict predictions.")
    }
    let wanted = pairs.filter { keys.contains($0.key.text) }
    if wanted.isEmpty {
      throw EngineError.value(
        "Expected to run at least one output from \(pairs.map(\.key.text)), provided \(keys).")
    }
    return .dict(wanted)
  }

  /// The next batch: one tensor for each of ``names``; `nil` at the end of the input.
  /// **Errors**: whatever the program's functions and the run report; the stream has ended then.
  public func nextBatch() throws -> [Tensor]? {
    do {
      if case .waiting = state {
        // A failure to start must not be tried again.
        state = .finished
        state = try start()
      }
      guard case .running(let session, let request) = state else { return nil }
      if session.shouldStop {
        state = .finished
        try session.close()
        return nil
      }
      return try session.run(request)
    } catch {
      guard case .running(let session, _) = state else { throw error }
      state = .finished
      guard try session.close(after: error) else { throw error }
      return nil
    }
  }

  /// The predictions for the next example: one tensor for each of ``names``, without the batch dimension.
  /// **Errors**: as ``nextBatch()``; `ValueError` when the predictions of a batch differ in length.
  public func next() throws -> [Tensor]? {
    while row >= rowCount {
      guard let next = try nextBatch() else { return nil }
      batch = next
      row = 0
      rowCount = next.first?.shape.first ?? 0
      for (name, tensor) in zip(names ?? [], next) where tensor.shape.first != rowCount {
        throw EngineError.value(
          "Batch length of predictions should be same. \(name) has different batch length than others.")
      }
    }
    defer { row += 1 }
    return try batch.map { try $0.row(row) }
  }

  /// Gives up reading: closes the session without calling hooks' `end`.
  public func cancel() {
    if case .running(let session, _) = state { _ = try? session.close(after: EngineError.cancelled("abandoned")) }
    state = .finished
  }

  deinit { cancel() }
}

extension Tensor {
  /// Row `index` of the first dimension.
  func row(_ index: Int) throws -> Tensor {
    guard let count = shape.first, (0..<count).contains(index) else {
      throw EngineError.invalidArgument("row \(index) is outside of a tensor of shape \(Shape(known: shape).bracketed)")
    }
    let rest = Array(shape.dropFirst())
    let size = Shape.elementCount(rest) ?? 0
    if dtype == .string { return try Tensor(strings: Array(strings[index * size..<(index + 1) * size]), shape: rest) }
    let result = try Tensor(uninitialized: dtype, shape: rest)
    result.pointer.copyMemory(from: pointer + index * result.byteCount, byteCount: result.byteCount)
    return result
  }
}
