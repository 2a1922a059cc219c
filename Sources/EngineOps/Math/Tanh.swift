import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = tanh x`; dx = dy·(1 − y²).
  static let tanh = unary("Tanh", .tanh, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, _, y, dy in try graph.op("TanhGrad", y, dy)
  }
}
