import EngineCore
import EngineEstimator
import EngineGraph
import EngineRuntime

/// Methods of an object of the host, by name; what is not there is not overridden.
struct HostMethods {
  let methods: [String: HostObject]

  /// **Errors**: `TypeError` for a value that is no callable.
  init(_ pairs: [(key: String, value: Value)]) throws {
    var methods: [String: HostObject] = [:]
    for (name, value) in pairs {
      switch value {
      case .host(let host): methods[name] = host
      case .none: continue
      default: throw EngineError.type("method '\(name)' must be a callable, got \(value.kindName)")
      }
    }
    self.methods = methods
  }

  subscript(name: String) -> HostObject? { methods[name] }

  @discardableResult
  func call(_ name: String, _ arguments: [Value]) throws -> Value {
    guard let method = methods[name] else { return .none }
    do {
      return try method.call(arguments)
    } catch let error as EngineError {
      throw HostErrors.classified(error)
    }
  }
}

/// Tells the end of input and lost sessions apart from other exceptions of the host.
enum HostErrors {
  nonisolated(unsafe) private static var classifier: HostObject?
  private static let lock = Lock()

  static func install(_ host: HostObject?) { lock.withLock { classifier = host } }

  /// The same failure with the status code that the host gives its exception.
  static func classified(_ error: EngineError) -> EngineError {
    guard error.kind == .host, let exception = error.underlying as? HostObject,
      let classifier = lock.withLock({ classifier }),
      case .int(let number)? = try? classifier.call([.host(exception)]),
      let code = StatusCode(rawValue: Int32(truncatingIfNeeded: number))
    else { return error }
    var result = error
    result.code = code
    return result
  }
}

/// A hook written in the host language.
final class HostHook: SessionRunHook {
  private let host: HostMethods
  private let saver: CheckpointSaverHook?

  init(_ host: HostMethods, saver: CheckpointSaverHook?) {
    self.host = host
    self.saver = saver
  }

  override var methods: HookMethods {
    var result: HookMethods = []
    if host["begin"] != nil { result.insert(.begin) }
    if host["after_create_session"] != nil { result.insert(.afterCreateSession) }
    if host["before_run"] != nil { result.insert(.beforeRun) }
    if host["after_run"] != nil { result.insert(.afterRun) }
    if host["end"] != nil { result.insert(.end) }
    return result
  }

  override var checkpointSaver: CheckpointSaverHook? { saver }

  override func begin(_ graph: Graph) throws { try host.call("begin", [.object(graph)]) }

  override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws {
    try host.call("after_create_session", [.object(session), .object(coordinator)])
  }

  override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    try RunArguments(host.call("before_run", [.object(context)]))
  }

  override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    try host.call(
      "after_run",
      [
        .object(context), .list(values.results.map { .fetched($0) }), values.options.map { $0.value } ?? .none,
        try values.metadata.map { .bytes(try $0.message().serialized()) } ?? .none,
      ])
  }

  override func end(_ session: Session) throws { try host.call("end", [.object(session)]) }
}

/// A step counter whose report the host has replaced.
final class HostStepCounterHook: StepCounterHook {
  var report: HostObject?
  override var programMethods: HookMethods { report != nil ? methods : [] }

  override func logAndRecord(elapsedSteps: Int, elapsedSecs: Double, step: Int) throws {
    guard let report else {
      return try super.logAndRecord(elapsedSteps: elapsedSteps, elapsedSecs: elapsedSecs, step: step)
    }
    _ = try report.call([.int(elapsedSteps), .float(elapsedSecs), .int(step)])
  }
}

/// A logging hook whose line the host writes.
final class HostLoggingTensorHook: LoggingTensorHook {
  var report: HostObject?
  override var programMethods: HookMethods { report != nil || hasFormatter ? methods : [] }

  override func log(_ results: [Tensor]) throws {
    guard let report else { return try super.log(results) }
    _ = try report.call([.list(results.map { .fetched($0) })])
  }
}

/// A checkpoint saver whose saving the host has replaced.
final class HostCheckpointSaverHook: CheckpointSaverHook {
  var report: HostObject?
  override var programMethods: HookMethods { report != nil ? methods : [] }

  override func save(_ session: Session, _ step: Int) throws -> Bool {
    guard let report else { return try super.save(session, step) }
    do {
      if case .bool(true) = try report.call([.object(session), .int(step)]) { return true }
      return false
    } catch let error as EngineError {
      throw HostErrors.classified(error)
    }
  }
}

/// An event writer written in the host language.
final class HostSummaryWriter: SummaryWriting {
  private let host: HostMethods

  init(_ host: HostMethods) { self.host = host }

  func addSummary(_ summary: ByteString, step: Int?) throws {
    try host.call("add_summary", [.bytes(summary), .optional(step)])
  }
  func addSessionLog(_ status: SummaryWriter.SessionStatus, path: String, message: String, step: Int?) throws {
    try host.call("add_session_log", [.int(status.rawValue), .optional(step)])
  }
  func flush() throws { try host.call("flush", []) }
}

/// A thread of the host that a coordinator can wait for.
final class HostThread: CoordinatedThread {
  let host: HostObject
  let name: String
  private let methods: HostMethods

  init(_ host: HostObject, name: String, methods: HostMethods) {
    self.host = host
    self.name = name
    self.methods = methods
  }

  var isAlive: Bool {
    if case .bool(true)? = try? methods.call("is_alive", []) { return true }
    return false
  }
  func join(seconds: Double) throws { try methods.call("join", [.float(seconds)]) }
}

/// A checkpoint listener written in the host language.
final class HostListener: CheckpointSaverListener {
  private let host: HostMethods
  private let givenLabel: String?

  init(_ host: HostMethods, label: String? = nil) {
    self.host = host
    givenLabel = label
  }

  override var label: String { givenLabel ?? super.label }
  override func begin(_ graph: Graph) throws { try host.call("begin", [.object(graph)]) }
  override func beforeSave(_ session: Session, _ step: Int) throws {
    try host.call("before_save", [.object(session), .int(step)])
  }
  override func afterSave(_ session: Session, _ step: Int) throws -> Bool {
    if case .bool(true) = try host.call("after_save", [.object(session), .int(step)]) { return true }
    return false
  }
  override func end(_ session: Session, _ step: Int) throws {
    try host.call("end", [.object(session), .int(step)])
  }
}

/// A saver written in the host language; methods that it lacks are the engine's.
final class HostSaver: Saver {
  private let host: HostMethods

  init(_ host: HostMethods) {
    self.host = host
    var options = Options()
    options.allowsEmpty = true
    super.init(options: options)
  }

  override func build(_ graph: Graph) throws {
    if host["build"] != nil { try host.call("build", [.object(graph)]) } else { try super.build(graph) }
  }

  override func save(
    _ session: Session, _ path: String, step: Int?, latestFilename: String, metaGraphSuffix: String,
    writesMetaGraph: Bool, writesState: Bool
  ) throws -> String? {
    guard host["save"] != nil else {
      return try super.save(
        session, path, step: step, latestFilename: latestFilename, metaGraphSuffix: metaGraphSuffix,
        writesMetaGraph: writesMetaGraph, writesState: writesState)
    }
    let result = try host.call(
      "save", [.object(session), .text(path), step.map { .int($0) } ?? .none, .bool(writesMetaGraph)])
    if case .text(let prefix) = result { return prefix }
    return nil
  }

  override func restore(_ session: Session, _ path: String) throws {
    guard host["restore"] != nil else { return try super.restore(session, path) }
    try host.call("restore", [.object(session), .text(path)])
  }

  override func recoverLastCheckpoints(_ paths: [String]) {
    guard host["recover_last_checkpoints"] != nil else { return super.recoverLastCheckpoints(paths) }
    _ = try? host.call("recover_last_checkpoints", [.strings(paths)])
  }
}

/// A session creator written in the host language.
final class HostSessionCreator: SessionCreator {
  private let host: HostObject

  init(_ host: HostObject) { self.host = host }

  func createSession() throws -> Session {
    do {
      guard case .object(let object) = try host.call([]), let session = object as? Session else {
        throw EngineError.type("create_session must return a session")
      }
      return session
    } catch let error as EngineError {
      throw HostErrors.classified(error)
    }
  }
}

extension RunArguments {
  /// From `None` or (outputs, nodes, list of (output, array), options), of which options may be left out.
  init?(_ value: Value) throws {
    switch value {
    case .none: return nil
    case .tuple(let items), .list(let items):
      guard items.count == 3 || items.count == 4 else { fallthrough }
      self.init()
      fetches = try Arguments(function: "before_run", values: items).outputs(0)
      targets = try Arguments(function: "before_run", values: items).nodes(1)
      feeds = try Arguments(function: "before_run", values: items).feeds(2)
      options = try Arguments(function: "before_run", values: items).runOptions(3)
    default:
      throw EngineError.type("a hook's request must be None or (outputs, nodes, feeds), got \(value.kindName)")
    }
  }

  var value: Value {
    .tuple([
      .list(fetches.map { .output($0) }), .list(targets.map { .node($0) }),
      .list(feeds.map { .tuple([.output($0.output), .tensor($0.value)]) }), options.map { $0.value } ?? .none,
    ])
  }
}

extension RunOptions {
  var value: Value {
    .dict([
      ("trace_level", .int(traceLevel.rawValue)), ("timeout_in_ms", .int(timeoutInMilliseconds)),
      ("inter_op_thread_pool", .int(interOpThreadPool)), ("output_partition_graphs", .bool(outputsPartitionGraphs)),
      ("report_tensor_allocations_upon_oom", .bool(reportsTensorAllocationsUponOutOfMemory)),
    ])
  }
}

extension Arguments {
  /// A list of (output, array) pairs; `None` for none.
  func feeds(_ index: Int) throws -> [(output: Output, value: Tensor)] {
    if isNone(index) { return [] }
    return try list(index).map { pair in
      guard case .tuple(let items) = pair, items.count == 2, case .output(let output) = items[0],
        case .tensor(let tensor) = items[1]
      else { throw EngineError.type("\(function): a feed is a pair of a Tensor and an array") }
      return (output, tensor)
    }
  }

  func request(outputs: Int, nodes: Int, feeds: Int, options: Int? = nil) throws -> RunArguments {
    RunArguments(
      fetches: isNone(outputs) ? [] : try self.outputs(outputs), targets: isNone(nodes) ? [] : try self.nodes(nodes),
      feeds: try self.feeds(feeds), options: try options.flatMap { try runOptions($0) })
  }

  /// A dict of the options that are not at their defaults; `None` for none.
  func runOptions(_ index: Int) throws -> RunOptions? {
    if isNone(index) { return nil }
    let options = try named(index)
    let level = try options.int("trace_level") ?? 0
    guard let traceLevel = RunOptions.TraceLevel(rawValue: level) else {
      throw EngineError.value("unknown trace level \(level)")
    }
    return RunOptions(
      traceLevel: traceLevel, timeoutInMilliseconds: try options.int("timeout_in_ms") ?? 0,
      interOpThreadPool: try options.int("inter_op_thread_pool") ?? 0,
      outputsPartitionGraphs: try options.bool("output_partition_graphs", default: false),
      reportsTensorAllocationsUponOutOfMemory: try options.bool("report_tensor_allocations_upon_oom", default: false))
  }

  /// An event writer of the engine, or a dict of a host's own methods.
  func summaryWriter(_ index: Int) throws -> (any SummaryWriting)? {
    if isNone(index) { return nil }
    if case .dict = self[index] { return HostSummaryWriter(try HostMethods(dict(index))) }
    return try object(index, SummaryWriter.self)
  }

  func optionalObject<Object: AnyObject>(_ index: Int, _ type: Object.Type = Object.self) throws -> Object? {
    isNone(index) ? nil : try object(index)
  }

  func optionalDouble(_ index: Int) throws -> Double? { isNone(index) ? nil : try double(index) }

  func optionalHost(_ index: Int) throws -> HostObject? { isNone(index) ? nil : try host(index) }

  /// A list of objects of one class.
  func objects<Object: AnyObject>(_ index: Int, _ type: Object.Type = Object.self) throws -> [Object] {
    if isNone(index) { return [] }
    return try list(index).map {
      guard case .object(let object) = $0, let typed = object as? Object else {
        throw EngineError.type(
          "\(function): argument \(index + 1) must be a list of \(Object.self), got \($0.kindName)")
      }
      return typed
    }
  }

  /// The options dict at `index`, whose entries are read like arguments.
  func named(_ index: Int) throws -> Options { Options(function: function, pairs: try dict(index)) }
}

/// Named arguments.
struct Options {
  let function: String
  let pairs: [(key: String, value: Value)]

  func has(_ name: String) -> Bool { pairs.contains { $0.key == name } }
  /// The argument as the only one of a list, so that the typed readers of ``Arguments`` serve it.
  subscript(name: String) -> Arguments {
    Arguments(function: "\(function): '\(name)'", values: [pairs.first { $0.key == name }?.value ?? .none])
  }
  func value(_ name: String) -> Value { self[name][0] }
  func int(_ name: String) throws -> Int? { try self[name].optionalInt(0) }
  func double(_ name: String) throws -> Double? { try self[name].optionalDouble(0) }
  func bool(_ name: String, default standard: Bool) throws -> Bool {
    self[name].isNone(0) ? standard : try self[name].bool(0)
  }
  func text(_ name: String) throws -> String? { try self[name].optionalString(0) }
  func object<Object: AnyObject>(_ name: String, _ type: Object.Type = Object.self) throws -> Object? {
    try self[name].optionalObject(0)
  }
  func objects<Object: AnyObject>(_ name: String, _ type: Object.Type = Object.self) throws -> [Object] {
    try self[name].objects(0)
  }
  func host(_ name: String) throws -> HostObject? { try self[name].optionalHost(0) }
}

extension Value {
  static func optional(_ number: Int?) -> Value { number.map { .int($0) } ?? .none }
  static func optional(_ number: Double?) -> Value { number.map { .float($0) } ?? .none }
  static func optional(_ text: String?) -> Value { text.map { .text($0) } ?? .none }
  static func optional(_ object: AnyObject?) -> Value {
    if let host = object as? HostObject { return .host(host) }
    return object.map { .object($0) } ?? .none
  }
  static func optional(_ output: Output?) -> Value { output.map { .output($0) } ?? .none }
  static func optional(_ node: Node?) -> Value { node.map { .node($0) } ?? .none }
}
