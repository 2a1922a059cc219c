import EngineCore
import EngineGraph
import Glibc
import Synchronization

extension OpDefinition {
  /// The input; writes `data` to the standard error stream, in the first `first_n` executions only.
  static let print = OpDefinition(
    "Print", inputs: [.tensor("input", "T"), .list("data", types: "U")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .types("U"), .string("message", ""), .int("first_n", -1), .int("summarize", 3)],
    isStateful: true, shape: ShapeContext.sameAsFirst,
    gradient: .rule { [$0.outputGradients[0]] + Array(repeating: nil, count: $0.node.inputs.count - 1) }
  ) { context in
    let node = context.node
    let count = context.environment.state(of: node) { PrintCount() }.next()
    if node.int("first_n") < 0 || count < node.int("first_n") {
      let limit = node.int("summarize")
      let parts = context.inputs.dropFirst().map { "[\(TensorText.summary($0, limit: limit))]" }
      StandardStream.write(node.string("message") + parts.joined() + "\n", to: .error)
    }
    context.setOutput(0, context.takeInput(0))
  }
}

private final class PrintCount: Sendable {
  private let count = Atomic<Int>(0)
  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// The process's output streams.
enum StandardStream {
  enum Stream: Int32 { case output = 1, error = 2 }

  /// Past the C library's buffer, so that a host with buffers of its own does not lose the order.
  static func write(_ text: String, to stream: Stream) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(stream.rawValue, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
