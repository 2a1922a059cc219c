import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = sinh x`; dx = dy·cosh x.
  static let sinh = unary("Sinh", .sinh, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Cosh", x))
  }
}
