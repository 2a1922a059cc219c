import EngineCore
import EngineGraph

extension OpDefinition {
  /// The larger of the two, broadcast. Of equals, x gets the gradient.
  static let maximum = binary(
    "Maximum", .maximum, types: .real,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) {
    graph, x, y, _, dz in
    try graph.splitGradient(dz, where: try graph.op("GreaterEqual", x, y))
  }
}
