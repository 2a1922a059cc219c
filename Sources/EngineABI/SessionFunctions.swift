import EngineCore
import EngineEstimator
import EngineGraph
import EngineKernels
import EngineRuntime

// Functions that run graphs.
//
//   session.new(graph)                                   -> Session
//   session.run(session, outputs, nodes, feeds)          -> list of arrays; feeds is a list of (output, array)
//   session.run_with_options(session, outputs, nodes, feeds, options) -> (list of arrays, RunMetadata)
//   session.callable(session, outputs, nodes, feed outputs) -> PreparedRun
//   session.close(session), session.is_closed(session), session.graph(session)
//   run.call(prepared run, arrays)                       -> list of arrays
//   threads.count(), threads.set_count(n)
//   kernels.level()                                      -> the CPU level in use

let sessionFunctions: [HostFunction] = [
  HostFunction("session.new") { arguments in .object(Session(graph: try arguments.graph(0))) },
  HostFunction("session.run", blocking: true) { arguments in
    let session: Session = try arguments.object(0)
    let feeds: [(Output, Tensor)] = try arguments.list(3).map { pair in
      guard case .tuple(let items) = pair, items.count == 2, case .output(let output) = items[0],
        case .tensor(let tensor) = items[1]
      else { throw EngineError.type("a feed is a pair of a Tensor and an array") }
      return (output, tensor)
    }
    let results = try session.run(
      fetches: try arguments.outputs(1), targets: try arguments.nodes(2), feeds: feeds)
    return .list(results.map { .fetched($0) })
  },
  HostFunction("session.run_with_options", blocking: true) { arguments in
    let session: Session = try arguments.object(0)
    let request = try arguments.request(outputs: 1, nodes: 2, feeds: 3, options: 4)
    let done = try session.run(
      fetches: request.fetches, targets: request.targets, feeds: request.feeds.map { ($0.output, $0.value) },
      options: request.options ?? RunOptions())
    return .tuple([
      .list(done.results.map { .fetched($0) }), .bytes(try done.metadata.message().serialized()),
    ])
  },
  HostFunction("session.callable") { arguments in
    let session: Session = try arguments.object(0)
    return .object(
      try session.prepare(
        fetches: try arguments.outputs(1), targets: try arguments.nodes(2), feeds: try arguments.outputs(3)))
  },
  HostFunction("run.call", blocking: true) { arguments in
    let run: PreparedRun = try arguments.object(0)
    let values: [Tensor] = try arguments.list(1).map {
      guard case .tensor(let tensor) = $0 else { throw EngineError.type("a feed must be an array") }
      return tensor
    }
    return .list(try run.run(values).map { .fetched($0) })
  },
  HostFunction("session.close") { arguments in
    let session: Session = try arguments.object(0)
    session.close()
    return .none
  },
  HostFunction("session.is_closed") { arguments in
    let session: Session = try arguments.object(0)
    return .bool(session.isClosed)
  },
  HostFunction("session.graph") { arguments in
    let session: Session = try arguments.object(0)
    return .object(session.graph)
  },
  HostFunction("threads.count") { _ in .int(ThreadPool.shared.threadCount) },
  HostFunction("threads.set_count") { arguments in
    let count = try arguments.int(0)
    guard count >= 0 else { throw EngineError.value("the number of threads must not be negative, got \(count)") }
    ThreadPool.shared.threadCount = count
    return .none
  },
  HostFunction("kernels.level") { _ in .text(Kernels.levelName) },
]

extension Arguments {
  /// A list of what ``Value/fetched(_:)`` has made of tensors.
  func results(_ index: Int) throws -> [Tensor] {
    try list(index).map { value in
      switch value {
      case .tensor(let tensor): return tensor
      case .object(let object): return Tensor(resource: object)
      default: throw EngineError.type("\(function): results must be arrays, got \(value.kindName)")
      }
    }
  }
}

extension Value {
  /// A fetched tensor: handles and variants, which have no array form, stay engine objects.
  static func fetched(_ tensor: Tensor) -> Value {
    if tensor.dtype == .resource || tensor.dtype == .variant, let object = tensor.buffer.resource {
      return .object(object)
    }
    return .tensor(tensor)
  }
}
