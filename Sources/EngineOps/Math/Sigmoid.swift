import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = 1/(1 + e⁻ˣ)`; dx = dy·y·(1 − y).
  static let sigmoid = unary("Sigmoid", .sigmoid, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-4, 4))])) {
    graph, _, y, dy in try graph.op("SigmoidGrad", y, dy)
  }
}
