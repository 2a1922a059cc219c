import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = dy·y·(1 − y)`: the gradient of `Sigmoid`.
  static let sigmoidGrad = gradientOp("SigmoidGrad", .sigmoidGrad) {
    graph, y, dy, _, dz in
    let product = try graph.mul(dz, dy)
    let twice = try graph.mul(try graph.scalar(2, like: y), try graph.mul(product, y))
    return (try graph.sub(product, twice), try graph.op("SigmoidGrad", y, dz))
  }
}
