import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = ln(1 + x)`, exact near 0; dx = dy/(1 + x).
  static let log1p = unary("Log1p", .log1p, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-0.5, 4))])) {
    graph, x, _, dy in
    try graph.mul(dy, try graph.op("Reciprocal", try graph.add(try graph.scalar(1, like: x), x)))
  }
}
