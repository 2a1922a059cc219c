import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = ln x`; dx = dy/x.
  static let log = unary("Log", .log, types: .inexact, sample: OpSample([.init([2, 3], .uniform(0.5, 4))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Reciprocal", x))
  }
}
