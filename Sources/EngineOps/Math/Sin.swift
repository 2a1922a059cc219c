import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = sin x`; dx = dy·cos x.
  static let sin = unary("Sin", .sin, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-3, 3))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Cos", x))
  }
}
