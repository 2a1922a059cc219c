import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x/y`, but 0 where x is 0; broadcast.
  static let xdivy = binary(
    "Xdivy", .xdivy, types: .inexact,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(0.5, 2))])
  ) {
    graph, x, y, _, dz in
    let indicator = try graph.isNonzero(x)
    let dy = try graph.op("Xdivy", try graph.neg(x), try graph.op("Square", y))
    return (try graph.mul(dz, try graph.op("Xdivy", indicator, y)), try graph.mul(dz, dy))
  }
}
