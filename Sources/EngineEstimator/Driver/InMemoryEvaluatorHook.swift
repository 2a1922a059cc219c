import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// Evaluates in the course of training, without checkpoints: the evaluation's variables get the training's values.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/experimental/InMemoryEvaluatorHook
public final class InMemoryEvaluatorHook: SessionRunHook {
  private let estimator: Estimator
  private let build: Estimator.ModelBuilder
  private let steps: Int?
  private let hooks: [SessionRunHook]
  private let name: String?
  private let timer: SecondOrStepTimer
  private var iteration = 0
  private var graph: Graph?
  private var evaluation: Evaluation?
  private var pairs: [(training: Variable, evaluation: Variable)] = []

  /// - Parameters:
  ///   - everyIterations: runs of training between two evaluations.
  ///   - name: tells several evaluations apart.
  /// **Errors**: `ValueError` for an interval that is not positive, and when several machines train.
  public init(
    _ estimator: Estimator, steps: Int? = nil, hooks: [SessionRunHook] = [], name: String? = nil,
    everyIterations: Int = 100, _ build: @escaping Estimator.ModelBuilder
  ) throws {
    if everyIterations <= 0 { throw EngineError.value("invalid every_n_iter=\(everyIterations).") }
    if estimator.config.cluster.parameterServerCount > 0 || estimator.config.cluster.workerCount > 1 {
      throw EngineError.value("InMemoryEvaluator supports only single machine (aka Local) setting.")
    }
    self.estimator = estimator
    self.build = build
    self.steps = steps
    self.hooks = hooks
    self.name = name
    timer = try SecondOrStepTimer(everySteps: everyIterations)
  }

  public override var methods: HookMethods { [.begin, .afterCreateSession, .afterRun, .end] }

  public override func begin(_ trainingGraph: Graph) throws {
    timer.reset()
    iteration = 0
    let graph = try estimator.newGraph()
    let evaluation = try estimator.evaluation(in: graph, checkpoint: nil, build)
    if evaluation.scaffold.saver != nil {
      throw EngineError.value("InMemoryEvaluator does not support custom saver")
    }
    if evaluation.scaffold.initFunction != nil {
      throw EngineError.value("InMemoryEvaluator does not support custom init_fn")
    }
    self.graph = graph
    self.evaluation = evaluation
  }

  public override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    guard let graph else { return }
    if !graph.collection("saveable_objects").isEmpty || !session.graph.collection("saveable_objects").isEmpty {
      throw EngineError.value("InMemoryEvaluator does not support saveables other than global variables.")
    }
    let training = session.graph.variables(in: CollectionName.globalVariables)
    let byName = Dictionary(training.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    pairs = graph.variables(in: CollectionName.globalVariables).compactMap { variable in
      byName[variable.name].map { ($0, variable) }
    }
    try evaluate(session)
  }

  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    iteration += 1
    if timer.shouldTrigger(forStep: iteration) { try evaluate(context.session) }
  }

  public override func end(_ session: Session) throws {
    if timer.lastTriggeredStep != iteration { try evaluate(session) }
  }

  private func evaluate(_ training: Session) throws {
    guard let evaluation else { return }
    let values = try VariableStorage.resources(of: pairs.map(\.training), in: training).map { try $0.read() }
    let targets = pairs.map(\.evaluation)
    _ = try evaluation.run(
      inputHooks: evaluation.inputHooks, hooks: hooks, steps: steps,
      directory: estimator.evaluationDirectory(name: name)
    ) { _, session in
      for (resource, value) in zip(try VariableStorage.resources(of: targets, in: session), values) {
        try resource.assign(value)
      }
    }
    timer.updateLastTriggeredStep(iteration)
  }
}
