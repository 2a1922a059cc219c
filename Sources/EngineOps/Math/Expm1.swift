import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = eˣ − 1`, exact near 0; dx = dy·eˣ.
  static let expm1 = unary("Expm1", .expm1, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-3, 3))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Exp", x))
  }
}
