import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = 1/x`: the old name of `Reciprocal`.
  static let inv = unary(
    "Inv", .reciprocal, types: .signedNumeric, sample: OpSample([.init([2, 3], .uniform(0.5, 4))]), conjugates: false
  ) {
    graph, _, y, dy in try graph.op("InvGrad", y, dy)
  }
}
