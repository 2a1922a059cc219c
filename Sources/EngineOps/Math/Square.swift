import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = x²`; dx = 2·dy·x.
  static let square = unary("Square", .square, types: .numeric, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, dy in try graph.mul(dy, try graph.mul(try graph.scalar(2, like: x), x))
  }
}
