import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = ln |Γ(x)|`; dx = dy·digamma x.
  static let lgamma = unary("Lgamma", .lgamma, types: .floating, sample: OpSample([.init([2, 3], .uniform(0.5, 4))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Digamma", x))
  }
}
