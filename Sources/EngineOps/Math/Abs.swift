import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = |x|`; dx = dy·sign x.
  static let abs = unary("Abs", .abs, types: .signedReal, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.op("Sign", x))
  }
}
