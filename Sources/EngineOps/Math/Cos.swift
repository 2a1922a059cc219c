import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = cos x`; dx = −dy·sin x.
  static let cos = unary("Cos", .cos, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-3, 3))])) {
    graph, x, _, dy in try graph.neg(try graph.mul(dy, try graph.op("Sin", x)))
  }
}
