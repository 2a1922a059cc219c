import EngineCore
import EngineGraph
import EngineRuntime

/// A session whose runs call hooks, which may add to them.
///
/// One plan serves a combination of requests; it is looked up by comparing requests, which costs nothing next to a run
/// because arrays that are the same compare by identity.
final class HookedSession {
  /// A request with the hooks' requests of one run, planned.
  private struct Prepared {
    let caller: RunArguments
    let requests: [RunArguments?]
    let plan: Plan
    let fetches: [Output]
    let targets: [Node]
    let feeds: [Output]
    /// Where in the plan's results each hook's are.
    let ranges: [Range<Int>]
    let callerRange: Range<Int>
  }

  let session: Session
  private let hooks: [SessionRunHook]
  private let beforeRunHooks: [(index: Int, hook: SessionRunHook)]
  private let afterRunHooks: [(index: Int, hook: SessionRunHook)]
  private var prepared: [Prepared] = []
  private(set) var shouldStop = false

  /// Combinations kept; training loops have a handful.
  private static let preparedLimit = 32

  init(session: Session, hooks: [SessionRunHook]) {
    self.session = session
    self.hooks = hooks
    let indexed = hooks.enumerated().map { (index: $0, hook: $1) }
    beforeRunHooks = indexed.filter { $0.hook.methods.contains(.beforeRun) }
    afterRunHooks = indexed.filter { $0.hook.methods.contains(.afterRun) }
  }

  /// Runs what the caller and the hooks want, and returns the caller's part.
  ///
  /// - Parameter attachment: what a host language's hooks see of the request.
  /// **Errors**: `RuntimeError` after a stop, and for a tensor fed twice; whatever hooks and the run report.
  func run(
    _ caller: RunArguments, attachment: AnyObject? = nil
  ) throws -> (results: [Tensor], metadata: RunMetadata?) {
    if shouldStop { throw EngineError.runtime("Run called even after should_stop requested.") }
    let context = RunContext(originalArguments: caller, session: session)
    context.attachment = attachment
    // What a host attaches usually holds the context: a cycle across languages, which no collector of either sees.
    defer { context.attachment = nil }
    var requests = [RunArguments?](repeating: nil, count: hooks.count)
    for (index, hook) in beforeRunHooks { requests[index] = try hook.beforeRun(context) }
    let entry = try prepare(caller, requests)
    var values: [Tensor] = []
    var options = caller.options
    for request in requests {
      guard let request else { continue }
      values.append(contentsOf: try HookedSession.checkedFeeds(request))
      if let wanted = request.options { options = options?.merged(with: wanted) ?? wanted }
    }
    values.append(contentsOf: try HookedSession.checkedFeeds(caller))
    let results: [Tensor]
    var metadata: RunMetadata?
    if let options {
      let done = try session.run(
        fetches: entry.fetches, targets: entry.targets, feeds: Array(zip(entry.feeds, values)), options: options)
      results = done.results
      metadata = done.metadata
    } else {
      results = try entry.plan.run(values, session.environment)
    }
    context.metadata = metadata
    for (index, hook) in afterRunHooks {
      let range = entry.ranges[index]
      try hook.afterRun(
        context,
        RunValues(results: range.isEmpty ? [] : Array(results[range]), options: options, metadata: metadata))
    }
    if context.stopRequested { shouldStop = true }
    return (entry.callerRange.count == results.count ? results : Array(results[entry.callerRange]), metadata)
  }

  private static func checkedFeeds(_ request: RunArguments) throws -> [Tensor] {
    if request.feeds.isEmpty { return [] }
    return try request.feeds.map { output, value in
      try Session.check(value, fedTo: output)
      return value
    }
  }

  private func prepare(_ caller: RunArguments, _ requests: [RunArguments?]) throws -> Prepared {
    if let position = prepared.firstIndex(where: { HookedSession.matches($0, caller, requests) }) {
      if position > 0 { prepared.swapAt(position, position - 1) }
      return prepared[max(position - 1, 0)]
    }
    if session.isClosed { throw EngineError.runtime("Attempted to use a closed Session.") }
    var fetches: [Output] = []
    var targets: [Node] = []
    var feeds: [Output] = []
    var ranges: [Range<Int>] = []
    var fed = Set<Output>()
    func add(_ request: RunArguments, clash: String) throws {
      let twice = request.feeds.map(\.output).filter(fed.contains)
      if !twice.isEmpty {
        let names = twice.map { "'\($0.name)'" }.joined(separator: ", ")
        throw EngineError.runtime("\(clash) Conflict(s): [\(names)]")
      }
      for (output, _) in request.feeds {
        fed.insert(output)
        feeds.append(output)
      }
      fetches.append(contentsOf: request.fetches)
      targets.append(contentsOf: request.targets)
    }
    for request in requests {
      let start = fetches.count
      if let request { try add(request, clash: "Same tensor is fed by two hooks.") }
      ranges.append(start..<fetches.count)
    }
    let start = fetches.count
    try add(caller, clash: "Same tensor is fed by a SessionRunHook and user.")
    let entry = Prepared(
      caller: caller, requests: requests,
      plan: try session.plan(fetches: fetches, targets: targets, feeds: feeds), fetches: fetches, targets: targets,
      feeds: feeds, ranges: ranges, callerRange: start..<fetches.count)
    if prepared.count >= HookedSession.preparedLimit { prepared.removeLast() }
    prepared.append(entry)
    return entry
  }

  private static func matches(_ entry: Prepared, _ caller: RunArguments, _ requests: [RunArguments?]) -> Bool {
    for (known, wanted) in zip(entry.requests, requests) {
      switch (known, wanted) {
      case (nil, nil): continue
      case (let known?, let wanted?): if !known.hasSamePlan(as: wanted) { return false }
      default: return false
      }
    }
    return entry.caller.hasSamePlan(as: caller)
  }
}
