import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = −dy·y²`: the gradient of `Inv`.
  static let invGrad = gradientOp("InvGrad", .reciprocalGrad) {
    graph, y, dy, _, dz in
    let twice = try graph.mul(try graph.scalar(-2, like: y), try graph.mul(dz, dy))
    return (try graph.mul(twice, y), try graph.op("InvGrad", y, dz))
  }
}
