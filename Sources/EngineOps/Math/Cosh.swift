import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = cosh x`; dx = dy·sinh x.
  static let cosh = unary("Cosh", .cosh, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Sinh", x))
  }
}
