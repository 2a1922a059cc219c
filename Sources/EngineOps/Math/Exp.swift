import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = eˣ`; dx = dy·y.
  static let exp = unary("Exp", .exp, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-3, 3))])) {
    graph, _, y, dy in try graph.op("Mul", dy, y)
  }
}
