import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Trains, evaluates and asks a model that a function describes, and keeps its checkpoints in a directory.
///
/// **Threading**: one call at a time.
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/Estimator
public final class Estimator {
  /// A model in a new graph: its spec, and the hooks that start its input.
  public struct BuiltModel {
    public let spec: EstimatorSpec
    public let inputHooks: [SessionRunHook]
    /// Told of the metric of the loss that an evaluation adds to the model's own.
    public let lossMetricAdded: ((_ metric: MetricOps) -> Void)?

    public init(
      spec: EstimatorSpec, inputHooks: [SessionRunHook] = [], lossMetricAdded: ((_ metric: MetricOps) -> Void)? = nil
    ) {
      self.spec = spec
      self.inputHooks = inputHooks
      self.lossMetricAdded = lossMetricAdded
    }
  }

  /// Builds input and model for a mode in the given graph.
  public typealias ModelBuilder = (_ graph: Graph, _ mode: String) throws -> BuiltModel
  /// Changes what a graph's initialisation gives to variables.
  public typealias WarmStart = (_ graph: Graph) throws -> Void

  public internal(set) var config: RunConfig
  public let modelDir: String
  /// Carried out when there is no checkpoint yet.
  public var warmStart: WarmStart?
  /// State that layers above keep with an Estimator, by key.
  public var attachments: [String: AnyObject] = [:]
  /// Makes the global step of a new graph; replaceable because programs may want one of their own.
  public var createGlobalStep: (Graph) throws -> Void = { _ = try $0.createGlobalStep() }

  /// - Parameters:
  ///   - modelDir: where checkpoints and events go; default: the configuration's, else a new temporary directory.
  ///   - config: default: `RunConfig()`.
  ///   - announces: whether the configuration is logged.
  /// **Errors**: `ValueError` when both name a directory and they differ.
  public init(modelDir: String? = nil, config: RunConfig? = nil, warmStart: WarmStart? = nil, announces: Bool = true)
    throws
  {
    if config == nil { Logger.info("Using default config.") }
    self.config = try config ?? RunConfig()
    let directory = try Estimator.modelDirectory(modelDir, self.config)
    self.modelDir = directory
    self.config.modelDir = directory
    self.warmStart = warmStart
    if announces { Logger.info("Using config: \(self.config)") }
  }

  private static func modelDirectory(_ given: String?, _ config: RunConfig) throws -> String {
    if let given, !given.isEmpty {
      if let other = config.modelDir, other != given {
        throw EngineError.value(
          "`model_dir` are set both in constructor and `RunConfig`, but with different values. In constructor: "
            + "'\(given)', in `RunConfig`: '\(other)' ")
      }
      return given
    }
    if let configured = config.modelDir { return configured }
    let temporary = try Platform.makeTemporaryDirectory()
    Logger.warning("Using temporary folder as model directory: \(temporary)")
    return temporary
  }

  // MARK: Checkpoints

  /// The newest checkpoint's prefix; `nil` when there is none.
  public func latestCheckpoint() throws -> String? { try CheckpointFiles.latest(in: modelDir) }

  /// Where the events of an evaluation go.
  public func evaluationDirectory(name: String? = nil) -> String {
    FileSystem.join(modelDir, name.map { $0.isEmpty ? "eval" : "eval_" + $0 } ?? "eval")
  }

  /// Names of all values in the latest checkpoint, sorted.
  /// **Errors**: `ValueError` without a checkpoint.
  public func variableNames() throws -> [String] {
    try CheckpointFiles.variables(trainedCheckpoint()).map(\.name)
  }

  /// A value of the latest checkpoint; a trailing `:0` of the name is ignored.
  /// **Errors**: `ValueError` without a checkpoint; `NotFound` for an unknown name.
  public func variableValue(_ name: String) throws -> Tensor {
    try CheckpointFiles.value(named: name.hasSuffix(":0") ? String(name.dropLast(2)) : name, in: trainedCheckpoint())
  }

  private func trainedCheckpoint() throws -> String {
    guard let checkpoint = try latestCheckpoint() else {
      throw EngineError.value("Could not find trained model in model_dir: \(modelDir).")
    }
    return checkpoint
  }

  /// The global step of the newest checkpoint; 0 when anything is amiss.
  func savedGlobalStep() -> Int {
    guard let checkpoint = try? latestCheckpoint(),
      let value = try? CheckpointFiles.value(named: CollectionName.globalStep, in: checkpoint)
    else { return 0 }
    return (try? value.integerScalar()) ?? 0
  }

  // MARK: Graphs

  /// A new graph with the seed and global step that every mode begins with.
  /// - Parameter readsGlobalStep: adds the read that hooks share.
  func newGraph(readsGlobalStep: Bool = false) throws -> Graph {
    let graph = Graph()
    graph.seed = config.randomSeed
    try createGlobalStep(graph)
    if readsGlobalStep { _ = try GlobalStep.read(in: graph) }
    return graph
  }

  static func checkStepCount(_ count: Int?, _ name: String) throws {
    if let count, count <= 0 { throw EngineError.value("Must specify \(name) > 0, given: \(count)") }
  }

  func tensor(_ value: SpecValue?, _ field: String) throws -> Output {
    guard let tensor = value?.tensor else { throw EngineError.value("the model's spec has no \(field)") }
    return tensor
  }
}

extension SpecValue {
  /// What a run must contain to evaluate the value: a fetch for a tensor, a target for an operation.
  func add(to request: inout RunArguments) {
    switch self {
    case .output(let output): request.fetches.append(output)
    case .variable(let variable): request.fetches.append(variable.snapshot)
    case .node(let node): request.targets.append(node)
    case .dict(let pairs): for pair in pairs { pair.value.add(to: &request) }
    case .other: break
    }
  }

  /// The operation to run for its effect.
  var operation: Node? {
    switch self {
    case .output(let output): output.node
    case .node(let node): node
    case .variable(let variable): variable.handle.node
    case .dict, .other: nil
    }
  }
}
