import EngineCore
import EngineGraph
import EngineRuntime

/// What a hook wants to be part of the next run: tensors to get, nodes to run, values to feed.
public struct RunArguments {
  public var fetches: [Output]
  public var targets: [Node]
  public var feeds: [(output: Output, value: Tensor)]
  /// Wishes for the run; those of all hooks and of the caller are merged.
  public var options: RunOptions?

  public init(
    fetches: [Output] = [], targets: [Node] = [], feeds: [(output: Output, value: Tensor)] = [],
    options: RunOptions? = nil
  ) {
    self.fetches = fetches
    self.targets = targets
    self.feeds = feeds
    self.options = options
  }

  /// Whether a plan made for `other` serves this request too; the fed values may differ.
  func hasSamePlan(as other: RunArguments) -> Bool {
    guard fetches == other.fetches, targets.count == other.targets.count, feeds.count == other.feeds.count else {
      return false
    }
    for (a, b) in zip(targets, other.targets) where a !== b { return false }
    for (a, b) in zip(feeds, other.feeds) where a.output != b.output { return false }
    return true
  }
}

/// What a hook learns about the run it takes part in, and its way to end training.
public final class RunContext {
  /// What the caller of the session asked for.
  public let originalArguments: RunArguments
  /// The session below the hooks: runs with it call no hooks.
  public let session: Session
  public private(set) var stopRequested = false
  /// What the run has told about itself, when it had options and is over.
  public internal(set) var metadata: RunMetadata?
  /// What a host language adds: the caller's request in its own form.
  public var attachment: AnyObject?

  public init(originalArguments: RunArguments, session: Session) {
    self.originalArguments = originalArguments
    self.session = session
  }

  /// Makes the session's `shouldStop` true once all hooks have seen this run.
  public func requestStop() { stopRequested = true }
}

/// The values that a hook asked for in `beforeRun`, and what the run tells about itself.
public struct RunValues {
  public let results: [Tensor]
  /// The options of the run, merged from all who had wishes; `nil` when nobody had.
  public let options: RunOptions?
  /// `nil` for a run without options.
  public let metadata: RunMetadata?

  public init(results: [Tensor], options: RunOptions? = nil, metadata: RunMetadata? = nil) {
    self.results = results
    self.options = options
    self.metadata = metadata
  }
}

/// The methods that a hook has; the others cost nothing in a step.
public struct HookMethods: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let begin = HookMethods(rawValue: 1)
  public static let afterCreateSession = HookMethods(rawValue: 2)
  public static let beforeRun = HookMethods(rawValue: 4)
  public static let afterRun = HookMethods(rawValue: 8)
  public static let end = HookMethods(rawValue: 16)
  public static let all: HookMethods = [.begin, .afterCreateSession, .beforeRun, .afterRun, .end]
}

/// Code that runs around the steps of a monitored session. Subclasses override what they need.
///
/// The order of calls: `begin` once, before the graph is final; `afterCreateSession` after every creation of a session;
/// `beforeRun` and `afterRun` around each run, hook after hook in list order; `end` on a clean close.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/estimator/SessionRunHook
open class SessionRunHook {
  public init() {}

  /// The methods that do something; a session calls only these.
  open var methods: HookMethods { .all }

  /// The methods that run code of the program, which might look at the files of the training.
  open var programMethods: HookMethods { methods }

  /// The checkpoint saver that this hook is, or that a host's hook extends.
  open var checkpointSaver: CheckpointSaverHook? { nil }

  /// May still add nodes to the graph.
  open func begin(_ graph: Graph) throws {}
  /// The graph is final; variables have their values.
  open func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {}
  /// `nil` when nothing is wanted from this run.
  open func beforeRun(_ context: RunContext) throws -> RunArguments? { nil }
  /// Not called when the run failed.
  open func afterRun(_ context: RunContext, _ values: RunValues) throws {}
  /// Not called when training ends with a failure.
  open func end(_ session: Session) throws {}

  /// Writes what decides when the hook acts next, for a training that is resumed exactly; by default nothing. It may be
  /// called between `beforeRun` and `afterRun`, and describes the time after that run.
  open func saveState(_ encoder: inout StateEncoder) throws {}
  /// Goes on from what ``saveState(_:)`` of another process wrote. Called after `afterCreateSession`.
  open func restoreState(_ decoder: inout StateDecoder) throws {}
}

extension EngineError {
  /// The end of the input, or a request to end: training stops without being a failure.
  var isEndOfInput: Bool { kind == .stopIteration || code == .outOfRange }
  /// A lost session, which a monitored session replaces by a new one.
  var isPreemption: Bool { code == .aborted || code == .unavailable }
}
