import EngineCore
import EngineGraph
import EngineRuntime
import Glibc

/// Functions that exercise the border itself; hosts test their bindings with them.
let diagnosticFunctions: [HostFunction] = [
  // (value) -> the same value.
  HostFunction("diagnostic.echo") { $0[0] },
  // (values...) -> the values as a tuple.
  HostFunction("diagnostic.tuple") { .tuple($0.values) },
  // (value) -> the name of its kind.
  HostFunction("diagnostic.kind") { .text($0[0].kindName) },
  // (array) -> (name of the element type, shape, whether the engine owns the memory).
  HostFunction("diagnostic.describe") {
    let tensor = try $0.tensor(0)
    return .tuple([.text(tensor.dtype.name), .ints(tensor.shape), .bool(tensor.buffer.isEngineOwned)])
  },
  // The same for a function that borrows its arguments.
  HostFunction("diagnostic.describe_blocking", blocking: true) {
    let tensor = try $0.tensor(0)
    return .tuple([.text(tensor.dtype.name), .ints(tensor.shape), .bool(tensor.buffer.isEngineOwned)])
  },
  // (callable, arguments...) -> what the callable returns, called with Python's lock released before.
  HostFunction("diagnostic.call", blocking: true) { try $0.host(0).call(Array($0.values.dropFirst())) },
  // The same, called with the lock held.
  HostFunction("diagnostic.call_locked") { try $0.host(0).call(Array($0.values.dropFirst())) },
  // (callable) -> what it returns, called on a thread of the engine.
  HostFunction("diagnostic.call_on_thread", blocking: true) { try callOnThread($0.host(0)) },
  // (kind, code, message) raises a failure of the engine.
  HostFunction("diagnostic.fail") {
    throw EngineError(
      kind: EngineError.Kind(rawValue: Int32(truncatingIfNeeded: try $0.int(0))) ?? .runtime,
      code: StatusCode(rawValue: Int32(truncatingIfNeeded: try $0.int(1))) ?? .unknown, try $0.string(2),
      nodeName: try $0.optionalString(3), origin: try $0.optionalString(4))
  },
  // (milliseconds) waits without Python's lock, and can be interrupted.
  HostFunction("diagnostic.wait", blocking: true) {
    for _ in 0..<max(try $0.int(0), 0) {
      usleep(1000)
      try Interrupt.check()
    }
    return .none
  },
  // () -> a fresh object of the engine.
  HostFunction("diagnostic.object") { _ in .object(DiagnosticObject()) },
  // (object, value) makes the object keep the value; (object) -> what it keeps.
  HostFunction("diagnostic.keep") {
    let object: DiagnosticObject = try $0.object(0)
    if $0.count > 1 { object.kept = $0[1] }
    return object.kept
  },
  // () -> a fresh graph.
  HostFunction("diagnostic.graph") { _ in .object(Graph()) },
  // (graph, name) adds a NoOp, and returns it.
  HostFunction("diagnostic.node") {
    .node(try $0.graph(0).addNode("NoOp", name: try $0.optionalString(1)))
  },
  // (graph, name) adds a float32 placeholder, and returns its output.
  HostFunction("diagnostic.placeholder") {
    .output(
      try $0.graph(0).addNode(
        "Placeholder", attributes: ["dtype": .type(.float32)], name: try $0.optionalString(1)
      ).output())
  },
]

/// An object that keeps a value for its host.
final class DiagnosticObject: @unchecked Sendable {
  var kept = Value.none
}

/// Carries the work and its outcome to another thread and back.
private final class ThreadCall: @unchecked Sendable {
  let callable: HostObject
  var outcome: Result<Value, any Error> = .success(.none)
  init(_ callable: HostObject) { self.callable = callable }
}

private func callOnThread(_ callable: HostObject) throws -> Value {
  let work = ThreadCall(callable)
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { pointer in
      guard let pointer else { return nil }
      let work = Unmanaged<ThreadCall>.fromOpaque(pointer).takeRetainedValue()
      work.outcome = Result { try work.callable.call([]) }
      return nil
    }, Unmanaged.passRetained(work).toOpaque())
  guard status == 0 else { throw EngineError.resourceExhausted("cannot start a thread (error \(status))") }
  pthread_join(thread, nil)
  return try work.outcome.get()
}
