import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// An input in a graph of its own, whose elements replace the tensors that a model was built on.
public struct ReplacementInput {
  /// The element's tensors.
  public let elements: [Output]
  /// The model's tensors that they stand for, in the same order.
  public let targets: [Output]
  /// Start the input.
  public let hooks: [SessionRunHook]

  public init(elements: [Output], targets: [Output], hooks: [SessionRunHook] = []) {
    self.elements = elements
    self.targets = targets
    self.hooks = hooks
  }
}

extension Estimator {
  /// Evaluates one checkpoint on several inputs. The model is built once, on the first input.
  ///
  /// Results and files are those of one ``evaluate(hooks:steps:checkpointPath:name:_:)`` for each name.
  ///
  /// - Parameters:
  ///   - inputs: names, and builders of input and model. Only the first is called, and those whose input does not fit.
  ///   - hooks: take part in each evaluation.
  ///   - steps: how many batches of each; default: until the input ends.
  ///   - replace: builds the input of that number in a new graph, after the model has been built; `nil` when its tensors
  ///     do not fit the model's, which then has to be built for them.
  /// **Errors**: `ValueError` for names that are not different; those of an evaluation.
  public func evaluateMany(
    _ inputs: [(name: String, build: ModelBuilder)], hooks: [SessionRunHook] = [], steps: Int? = nil,
    checkpointPath: String? = nil, replace: (_ index: Int, _ graph: Graph) throws -> ReplacementInput?
  ) throws -> [(name: String, metrics: [MetricValue])] {
    try Estimator.checkStepCount(steps, "steps")
    guard let first = inputs.first else { return [] }
    guard Set(inputs.map(\.name)).count == inputs.count else {
      throw EngineError.value("The names of the inputs must be different, got \(inputs.map(\.name)).")
    }
    let checkpoint = try existingCheckpoint(checkpointPath, purpose: "evaluate")
    let evaluation = try evaluation(checkpoint: checkpoint, first.build)
    var results: [(name: String, metrics: [MetricValue])] = []
    for (index, input) in inputs.enumerated() {
      let directory = evaluationDirectory(name: input.name)
      let metrics: [MetricValue]
      if index == 0 {
        metrics = try evaluation.run(
          inputHooks: evaluation.inputHooks, hooks: hooks, steps: steps, directory: directory)
      } else {
        // In a graph of its own, random ops of the input get the seeds that they have in a separate evaluation.
        let graph = try newGraph()
        if let replacement = try replace(index, graph) {
          metrics = try evaluation.run(
            inputHooks: [ReplacementHook(replacement, graph)], hooks: hooks, steps: steps, directory: directory)
        } else {
          let other = try self.evaluation(checkpoint: checkpoint, input.build)
          metrics = try other.run(inputHooks: other.inputHooks, hooks: hooks, steps: steps, directory: directory)
        }
      }
      results.append((input.name, metrics))
    }
    return results
  }
}

/// Feeds the elements of another graph's input.
private final class ReplacementHook: SessionRunHook {
  private let input: ReplacementInput
  private let graph: Graph
  private var session: Session?

  init(_ input: ReplacementInput, _ graph: Graph) {
    self.input = input
    self.graph = graph
  }

  override var methods: HookMethods { [.afterCreateSession, .beforeRun, .end] }

  override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    for hook in input.hooks where hook.methods.contains(.begin) { try hook.begin(graph) }
    let inner = Session(graph: graph)
    self.session = inner
    let initializers = [try Scaffold.defaultInitOp(graph), try Scaffold.defaultLocalInitOp(graph)]
    for initializer in initializers { _ = try inner.run(fetches: [], targets: [initializer]) }
    for hook in input.hooks where hook.methods.contains(.afterCreateSession) {
      try hook.afterCreateSession(inner, coordinator)
    }
  }

  override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    guard let session else { return nil }
    let values = try session.run(fetches: input.elements)
    return RunArguments(feeds: zip(input.targets, values).map { (output: $0, value: $1) })
  }

  override func end(_ session: Session) throws {
    guard let inner = self.session else { return }
    for hook in input.hooks where hook.methods.contains(.end) { try hook.end(inner) }
    inner.close()
  }
}
