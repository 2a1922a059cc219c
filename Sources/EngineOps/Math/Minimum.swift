import EngineCore
import EngineGraph

extension OpDefinition {
  /// The smaller of the two, broadcast. Of equals, x gets the gradient.
  static let minimum = binary(
    "Minimum", .minimum, types: .real,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) {
    graph, x, y, _, dz in
    try graph.splitGradient(dz, where: try graph.op("LessEqual", x, y))
  }
}
