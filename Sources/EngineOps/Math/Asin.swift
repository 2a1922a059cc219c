import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = arcsin x`; dx = dy/√(1 − x²).
  static let asin = unary("Asin", .asin, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-0.9, 0.9))])) {
    graph, x, _, dy in
    let rest = try graph.sub(try graph.scalar(1, like: x), try graph.op("Square", x))
    return try graph.mul(dy, try graph.op("Rsqrt", rest))
  }
}
