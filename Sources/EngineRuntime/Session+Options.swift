import EngineCore
import EngineGraph
import Glibc

extension Session {
  /// Runs with options, and tells about the run. Slower than a plain run: the request is compiled anew.
  ///
  /// A time limit is looked at between nodes: a kernel that has begun finishes.
  /// **Errors**: those of ``run(fetches:targets:feeds:)``; `DeadlineExceeded` when the time is over.
  public func run(
    fetches: [Output], targets: [Node] = [], feeds: [(Output, Tensor)] = [], options: RunOptions
  ) throws -> (results: [Tensor], metadata: RunMetadata) {
    let plain = try plan(fetches: fetches, targets: targets, feeds: feeds.map(\.0))
    for (output, tensor) in feeds { try Session.check(tensor, fedTo: output) }
    if options.isPlain { return (try plain.run(feeds.map(\.1), environment), RunMetadata()) }
    let recorder = RunRecorder(options)
    let plan = try Plan(fetches: fetches, targets: targets, feeds: feeds.map(\.0), wrapping: recorder.wrap)
    let results = try plan.run(feeds.map(\.1), environment)
    try recorder.checkTime()
    return (results, recorder.metadata())
  }
}

/// Watches one run through the kernels of its plan.
private final class RunRecorder: @unchecked Sendable {
  private let options: RunOptions
  private let lock = Lock()
  private let start = Clock.monotonicNanoseconds()
  private let offset: Int
  private var executions: [RunMetadata.NodeExecution] = []
  private var nodes: [Node] = []

  init(_ options: RunOptions) {
    self.options = options
    offset = Clock.wallNanoseconds() - start
  }

  func metadata() -> RunMetadata {
    lock.withLock {
      var result = RunMetadata()
      if options.traceLevel > .none { result.trace = executions }
      if options.outputsPartitionGraphs { result.partition = nodes }
      return result
    }
  }

  /// **Errors**: `DeadlineExceeded`.
  func checkTime() throws {
    let limit = options.timeoutInMilliseconds
    if limit > 0, (Clock.monotonicNanoseconds() - start) / 1_000_000 >= limit {
      throw EngineError(code: .deadlineExceeded, "Timed out waiting for notification")
    }
  }

  /// The kernel with a look at the clock before, and a note after it.
  func wrap(_ node: Node, _ kernel: @escaping OpDefinition.Kernel) -> OpDefinition.Kernel {
    nodes.append(node)
    return { [self] context in
      try checkTime()
      let begin = Clock.monotonicNanoseconds()
      try kernel(context)
      let end = Clock.monotonicNanoseconds()
      guard options.traceLevel > .none else { return }
      var outputs: [RunMetadata.OutputDescription] = []
      for index in node.outputTypes.indices {
        guard let tensor = context.takeOutput(index) else { continue }
        context.setOutput(index, tensor)
        outputs.append(
          RunMetadata.OutputDescription(
            index: index, dtype: tensor.dtype, shape: tensor.shape, byteCount: tensor.byteCount))
      }
      let execution = RunMetadata.NodeExecution(
        node: node, startMicroseconds: (begin + offset) / 1000, durationNanoseconds: end - begin,
        threadIdentifier: UInt64(pthread_self()), outputs: outputs)
      lock.withLock { executions.append(execution) }
    }
  }
}

/// The system's clocks.
private enum Clock {
  static func monotonicNanoseconds() -> Int { read(CLOCK_MONOTONIC) }
  static func wallNanoseconds() -> Int { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Int {
    var now = timespec()
    clock_gettime(clock, &now)
    return now.tv_sec * 1_000_000_000 + now.tv_nsec
  }
}
