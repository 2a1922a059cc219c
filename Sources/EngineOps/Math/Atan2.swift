import EngineCore
import EngineGraph

extension OpDefinition {
  /// The angle of the point (x, y), broadcast; the first argument is y.
  static let atan2 = binary(
    "Atan2", .atan2, types: .floating, inputNames: ("y", "x"),
    sample: OpSample([.init([2, 3], .uniform(0.5, 2)), .init([3], .uniform(0.5, 2))])
  ) {
    graph, y, x, _, dz in
    let scaled = try graph.div(dz, try graph.add(try graph.op("Square", x), try graph.op("Square", y)))
    return (try graph.mul(x, scaled), try graph.neg(try graph.mul(y, scaled)))
  }
}
