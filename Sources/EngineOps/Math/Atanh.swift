import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = artanh x`; dx = dy/(1 − x²).
  static let atanh = unary("Atanh", .atanh, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-0.9, 0.9))])) {
    graph, x, _, dy in
    try graph.div(dy, try graph.sub(try graph.scalar(1, like: x), try graph.op("Square", x)))
  }
}
