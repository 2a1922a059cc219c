import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = 1/√x`; dx = −½·dy·y³.
  static let rsqrt = unary(
    "Rsqrt", .rsqrt, types: .inexact, sample: OpSample([.init([2, 3], .uniform(0.5, 4))]), conjugates: false
  ) {
    graph, _, y, dy in try graph.op("RsqrtGrad", y, dy)
  }
}
