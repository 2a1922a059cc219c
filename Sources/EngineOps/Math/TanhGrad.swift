import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = dy·(1 − y²)`: the gradient of `Tanh`.
  static let tanhGrad = gradientOp("TanhGrad", .tanhGrad) {
    graph, y, dy, _, dz in
    let twice = try graph.mul(try graph.scalar(-2, like: y), try graph.mul(dz, y))
    return (try graph.mul(twice, dy), try graph.op("TanhGrad", y, dz))
  }
}
