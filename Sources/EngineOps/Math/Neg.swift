import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = −x`; dx = −dy.
  static let neg = unary("Neg", .negate, types: .signedNumeric, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, _, _, dy in try graph.neg(dy)
  }
}
