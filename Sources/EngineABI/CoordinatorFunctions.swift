import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph
import EngineRuntime

// Coordinators and session managers.
//
//   coordinator.new(f(exception) -> whether it is a clean stop, or None)  -> coordinator
//   coordinator.should_stop(c), .joined(c), .clear_stop(c), .wait(c, seconds or None) -> bool
//   coordinator.request_stop(c, exception or None), .raise_requested(c)
//   coordinator.register(c, thread) ; coordinator.join(c, [threads], seconds, ignore_live_threads)
//       a thread is (object, name, {"is_alive": f(), "join": f(seconds)})
//   session_manager.new({graph, local_init_op, local_init_feeds, local_init_fn: f(session), ready_op,
//       ready_for_local_init_op, retry_secs})                      -> manager
//   session_manager.prepare(m, {init_op, init_feeds, init_fn: f(session), saver, checkpoint_dir, checkpoint_file,
//       wait_for_checkpoint, max_wait_secs})                       -> session
//   session_manager.recover(m, {the same})                        -> (session, whether it is ready)
//   session_manager.wait(m, max_wait_secs)                        -> session

let coordinatorFunctions: [HostFunction] = [
  HostFunction("coordinator.new") { arguments in
    guard let host = try arguments.optionalHost(0) else { return .object(Coordinator()) }
    return .object(
      Coordinator { error in
        guard error.kind == .host, let exception = error.underlying as? HostObject else {
          return error.code == .outOfRange
        }
        if case .bool(true)? = try? host.call([.host(exception)]) { return true }
        return false
      })
  },
  HostFunction("coordinator.should_stop") { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    return .bool(coordinator.shouldStop)
  },
  HostFunction("coordinator.joined") { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    return .bool(coordinator.joined)
  },
  HostFunction("coordinator.clear_stop") { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    coordinator.clearStop()
    return .none
  },
  HostFunction("coordinator.wait", blocking: true) { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    return .bool(try coordinator.waitForStop(seconds: arguments.optionalDouble(1)))
  },
  HostFunction("coordinator.request_stop", blocking: true) { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    let error = try arguments.optionalHost(1).map { exception in
      HostErrors.classified(
        EngineError(kind: .host, code: .unknown, try arguments.string(2), underlying: exception))
    }
    try coordinator.requestStop(error)
    return .none
  },
  HostFunction("coordinator.raise_requested") { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    try coordinator.raiseRequestedError()
    return .none
  },
  HostFunction("coordinator.register") { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    coordinator.register(try thread(arguments[1]))
    return .none
  },
  HostFunction("coordinator.join", blocking: true) { arguments in
    let coordinator: Coordinator = try arguments.object(0)
    try coordinator.join(
      arguments.list(1).map(thread), gracePeriod: arguments.double(2), ignoresLiveThreads: arguments.bool(3))
    return .none
  },
  HostFunction("session_manager.new") { arguments in
    let options = try arguments.named(0)
    return .object(
      try SessionManager(
        graph: options["graph"].graph(0), localInitOp: options.node("local_init_op"),
        localInitFeeds: options["local_init_feeds"].feeds(0).map { ($0.output, $0.value) },
        localInitFunction: initFunction(options, "local_init_fn"), readyOp: options.output("ready_op"),
        readyForLocalInitOp: options.output("ready_for_local_init_op"),
        retryInterval: options.double("retry_secs") ?? 30))
  },
  HostFunction("session_manager.prepare", blocking: true) { arguments in
    let manager: SessionManager = try arguments.object(0)
    let options = try arguments.named(1)
    return .object(
      try manager.prepareSession(
        initOp: options.node("init_op"), saver: options.object("saver"),
        checkpointDirectory: options.text("checkpoint_dir"), checkpointFile: options.text("checkpoint_file"),
        waitsForCheckpoint: options.bool("wait_for_checkpoint", default: false),
        maximumWait: options.double("max_wait_secs") ?? 7200,
        initFeeds: options["init_feeds"].feeds(0).map { ($0.output, $0.value) },
        initFunction: initFunction(options, "init_fn")))
  },
  HostFunction("session_manager.recover", blocking: true) { arguments in
    let manager: SessionManager = try arguments.object(0)
    let options = try arguments.named(1)
    let result = try manager.recoverSession(
      saver: options.object("saver"), checkpointDirectory: options.text("checkpoint_dir"),
      checkpointFile: options.text("checkpoint_file"),
      waitsForCheckpoint: options.bool("wait_for_checkpoint", default: false),
      maximumWait: options.double("max_wait_secs") ?? 7200)
    return .tuple([.object(result.session), .bool(result.isRecovered)])
  },
  HostFunction("session_manager.wait", blocking: true) { arguments in
    let manager: SessionManager = try arguments.object(0)
    return .object(try manager.waitForSession(maximumWait: arguments.double(1)))
  },
]

private func thread(_ value: Value) throws -> any CoordinatedThread {
  guard case .tuple(let items) = value, items.count == 3, case .host(let host) = items[0],
    case .text(let name) = items[1], case .dict(let methods) = items[2]
  else { throw EngineError.type("a thread is (object, name, methods)") }
  return HostThread(host, name: name, methods: try HostMethods(methods))
}

private func initFunction(_ options: Options, _ name: String) throws -> SessionManager.InitFunction? {
  try options.host(name).map { host in
    { session in
      do {
        _ = try host.call([.object(session)])
      } catch let error as EngineError {
        throw HostErrors.classified(error)
      }
    }
  }
}

extension Options {
  func node(_ name: String) throws -> Node? { self[name].isNone(0) ? nil : try self[name].node(0) }
  func output(_ name: String) throws -> Output? { self[name].isNone(0) ? nil : try self[name].output(0) }
}
