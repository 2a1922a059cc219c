import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = −dy·y²`: the gradient of `Reciprocal`.
  static let reciprocalGrad = gradientOp("ReciprocalGrad", .reciprocalGrad) {
    graph, y, dy, _, dz in
    let twice = try graph.mul(try graph.scalar(-2, like: y), try graph.mul(dz, dy))
    return (try graph.mul(twice, y), try graph.op("ReciprocalGrad", y, dz))
  }
}
