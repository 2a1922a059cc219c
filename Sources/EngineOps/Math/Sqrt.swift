import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = √x`; dx = ½·dy/y.
  static let sqrt = unary(
    "Sqrt", .sqrt, types: .inexact, sample: OpSample([.init([2, 3], .uniform(0.5, 4))]), conjugates: false
  ) {
    graph, _, y, dy in try graph.op("SqrtGrad", y, dy)
  }
}
