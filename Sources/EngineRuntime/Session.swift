import EngineCore
import EngineGraph

/// Runs parts of a graph, and holds the values of its variables.
///
/// **Threading**: several threads may run one session at once; variables are locked one by one.
public final class Session: @unchecked Sendable {
  public let graph: Graph
  public let environment: ExecutionEnvironment
  private let lock = Lock()
  private var plans: [PlanKey: Plan] = [:]
  private var order: [PlanKey] = []
  private var closed = false

  /// Plans kept at most; the oldest goes first.
  static let planLimit = 128

  private struct PlanKey: Hashable {
    let fetches: [Output]
    let targets: [ObjectIdentifier]
    let feeds: [Output]
  }

  public init(graph: Graph) {
    self.graph = graph
    environment = ExecutionEnvironment(nondeterministicSeed: UInt64.random(in: 1...UInt64.max))
    environment.callFunction = { function, arguments, environment in
      try FunctionPlans.plan(for: function, in: environment).run(arguments, environment)
    }
  }

  /// Runs what `fetches` and `targets` need.
  ///
  /// - Parameters:
  ///   - fetches: the tensors to return.
  ///   - targets: nodes to run for their effects.
  ///   - feeds: values that replace tensors of the graph in this run.
  /// **Errors**: `RuntimeError` on a closed session; `ValueError` for a feed of the wrong shape or a tensor of another
  /// graph; `TypeError` for a feed of another dtype; whatever the run reports.
  public func run(fetches: [Output], targets: [Node] = [], feeds: [(Output, Tensor)] = []) throws -> [Tensor] {
    let plan = try plan(fetches: fetches, targets: targets, feeds: feeds.map(\.0))
    for (output, tensor) in feeds { try Session.check(tensor, fedTo: output) }
    return try plan.run(feeds.map(\.1), environment)
  }

  /// The compiled form of a request, for running it many times without looking it up.
  public func plan(fetches: [Output], targets: [Node], feeds: [Output]) throws -> Plan {
    for output in fetches + feeds {
      guard output.node.isPart(of: graph) else {
        throw EngineError.value("\(output) is not an element of this graph.")
      }
      try output.check()
    }
    for node in targets where !node.isPart(of: graph) {
      throw EngineError.value("Operation '\(node.name)' is not an element of this graph.")
    }
    let key = PlanKey(fetches: fetches, targets: targets.map { ObjectIdentifier($0) }, feeds: feeds)
    lock.lock()
    defer { lock.unlock() }
    if closed { throw EngineError.runtime("Attempted to use a closed Session.") }
    if let known = plans[key] { return known }
    let plan = try Plan(fetches: fetches, targets: targets, feeds: feeds)
    if order.count >= Session.planLimit { plans[order.removeFirst()] = nil }
    plans[key] = plan
    order.append(key)
    return plan
  }

  public static func check(_ tensor: Tensor, fedTo output: Output) throws {
    guard tensor.dtype == output.dtype else {
      throw EngineError.type("Cannot feed a \(tensor.dtype) value for \(output)")
    }
    guard output.shape.isCompatible(with: tensor.shape) else {
      throw EngineError.value(
        "Cannot feed value of shape \(Shape(known: tensor.shape)) for Tensor '\(output.name)', which has shape '\(output.shape)'"
      )
    }
  }

  public var isClosed: Bool { lock.withLock { closed } }

  /// Frees variables and plans. Runs that are under way finish.
  public func close() {
    lock.withLock {
      closed = true
      plans.removeAll()
      order.removeAll()
    }
    environment.removeAll()
  }
}

/// Plans of function bodies, kept with the session that runs them.
private final class FunctionPlans: @unchecked Sendable {
  private var plans: [ObjectIdentifier: Plan] = [:]
  private let lock = Lock()

  static func plan(for function: GraphFunction, in environment: ExecutionEnvironment) throws -> Plan {
    let cache = try environment.resource("\0function plans", as: FunctionPlans.self) { FunctionPlans() }
    return try cache.lock.withLock {
      if let known = cache.plans[ObjectIdentifier(function)] { return known }
      // A body's effects belong to it even where its outputs do not depend on them.
      let effects = function.body.nodes.filter { $0.definition.isStateful && $0.outputTypes.isEmpty }
      let plan = try Plan(fetches: function.outputs, targets: effects, feeds: function.inputs)
      cache.plans[ObjectIdentifier(function)] = plan
      return plan
    }
  }
}

/// A request that has been compiled and checked once, to be run many times.
public final class PreparedRun: Sendable {
  public let session: Session
  public let plan: Plan

  init(session: Session, plan: Plan) {
    self.session = session
    self.plan = plan
  }

  /// Runs it with one value for each feed.
  /// **Errors**: `ValueError` for the wrong number or shapes of values, `TypeError` for a wrong dtype, `RuntimeError` on
  /// a closed session; whatever the run reports.
  public func run(_ values: [Tensor]) throws -> [Tensor] {
    guard values.count == plan.feeds.count else {
      throw EngineError.value("expected \(plan.feeds.count) feeds, got \(values.count)")
    }
    if session.isClosed { throw EngineError.runtime("Attempted to use a closed Session.") }
    for (output, tensor) in zip(plan.feeds, values) { try Session.check(tensor, fedTo: output) }
    return try plan.run(values, session.environment)
  }
}

extension Session {
  /// **Errors**: those of ``plan(fetches:targets:feeds:)``.
  public func prepare(fetches: [Output], targets: [Node] = [], feeds: [Output] = []) throws -> PreparedRun {
    PreparedRun(session: self, plan: try plan(fetches: fetches, targets: targets, feeds: feeds))
  }
}
