import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x/y` of floating point numbers, broadcast.
  static let realDiv = binary(
    "RealDiv", .divide, types: .numeric,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(0.5, 2))])
  ) {
    graph, x, y, _, dz in try graph.quotientGradients(x, y, dz)
  }
}
