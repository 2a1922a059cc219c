import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x·ln y`, but 0 where x is 0; broadcast.
  static let xlogy = binary(
    "Xlogy", .xlogy, types: .inexact,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(0.5, 2))])
  ) {
    graph, x, y, _, dz in
    let indicator = try graph.isNonzero(x)
    return (try graph.mul(dz, try graph.op("Xlogy", indicator, y)), try graph.mul(dz, try graph.op("Xdivy", x, y)))
  }
}
