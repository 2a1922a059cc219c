import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x·y`, but 0 where y is 0, whatever x is; broadcast.
  static let mulNoNan = binary(
    "MulNoNan", .multiplyNoNan, types: .inexact,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) {
    graph, x, y, _, dz in
    (try graph.op("MulNoNan", dz, y), try graph.op("MulNoNan", x, dz))
  }
}
