import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = arctan x`; dx = dy/(1 + x²).
  static let atan = unary("Atan", .atan, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, dy in
    try graph.div(dy, try graph.add(try graph.scalar(1, like: x), try graph.op("Square", x)))
  }
}
