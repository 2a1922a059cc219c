import EngineCore
import EngineGraph

/// What one run is to do besides computing: record a trace, keep a time limit.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/RunOptions
public struct RunOptions: Equatable, Sendable {
  public enum TraceLevel: Int, Sendable, Comparable {
    case none = 0
    case software = 1
    case hardware = 2
    case full = 3

    public static func < (a: TraceLevel, b: TraceLevel) -> Bool { a.rawValue < b.rawValue }
  }

  public var traceLevel: TraceLevel
  /// After so many milliseconds the run fails; 0: never.
  public var timeoutInMilliseconds: Int
  /// Kept for programs that give it; there is one pool.
  public var interOpThreadPool: Int
  /// Whether the metadata hold the part of the graph that ran.
  public var outputsPartitionGraphs: Bool
  public var reportsTensorAllocationsUponOutOfMemory: Bool

  public init(
    traceLevel: TraceLevel = .none, timeoutInMilliseconds: Int = 0, interOpThreadPool: Int = 0,
    outputsPartitionGraphs: Bool = false, reportsTensorAllocationsUponOutOfMemory: Bool = false
  ) {
    self.traceLevel = traceLevel
    self.timeoutInMilliseconds = timeoutInMilliseconds
    self.interOpThreadPool = interOpThreadPool
    self.outputsPartitionGraphs = outputsPartitionGraphs
    self.reportsTensorAllocationsUponOutOfMemory = reportsTensorAllocationsUponOutOfMemory
  }

  /// The options of a run that two parties have wishes for: of each number the larger one, of each switch whether
  /// either wants it.
  public func merged(with other: RunOptions) -> RunOptions {
    RunOptions(
      traceLevel: max(traceLevel, other.traceLevel),
      timeoutInMilliseconds: max(timeoutInMilliseconds, other.timeoutInMilliseconds),
      interOpThreadPool: max(interOpThreadPool, other.interOpThreadPool),
      outputsPartitionGraphs: outputsPartitionGraphs || other.outputsPartitionGraphs,
      reportsTensorAllocationsUponOutOfMemory: reportsTensorAllocationsUponOutOfMemory
        || other.reportsTensorAllocationsUponOutOfMemory)
  }

  /// Whether a run with these options is an ordinary one.
  var isPlain: Bool { traceLevel == .none && timeoutInMilliseconds <= 0 && !outputsPartitionGraphs }
}

/// What a run with ``RunOptions`` tells about itself.
public struct RunMetadata: Sendable {
  /// One execution of a node.
  public struct NodeExecution: Sendable {
    public let node: Node
    /// Microseconds since 1970 at which it began.
    public let startMicroseconds: Int
    /// Nanoseconds from the beginning to the kernel's end.
    public let durationNanoseconds: Int
    public let threadIdentifier: UInt64
    public let outputs: [OutputDescription]
  }

  /// A tensor that a node has produced.
  public struct OutputDescription: Sendable {
    public let index: Int
    public let dtype: DType
    public let shape: [Int]
    public let byteCount: Int
  }

  /// The nodes that ran, in order; `nil` when no trace was asked for.
  public internal(set) var trace: [NodeExecution]?
  /// The nodes that the run consisted of; `nil` when they were not asked for.
  public internal(set) var partition: [Node]?

  public init() {}
}
