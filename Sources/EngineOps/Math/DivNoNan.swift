import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x/y`, but 0 where y is 0; broadcast.
  static let divNoNan = binary(
    "DivNoNan", .divideNoNan, types: .inexact,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(0.5, 2))])
  ) {
    graph, x, y, _, dz in
    let twice = try graph.op("DivNoNan", try graph.op("DivNoNan", try graph.neg(x), y), y)
    return (try graph.op("DivNoNan", dz, y), try graph.mul(dz, twice))
  }
}
