import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = −½·dy·y³`: the gradient of `Rsqrt`.
  static let rsqrtGrad = gradientOp("RsqrtGrad", .rsqrtGrad) {
    graph, y, dy, _, dz in
    let scaled = try graph.mul(try graph.scalar(-1.5, like: y), try graph.mul(dz, dy))
    return (try graph.mul(scaled, try graph.op("Square", y)), try graph.op("RsqrtGrad", y, dz))
  }
}
