import EngineCore
import EngineGraph

extension OpDefinition {
  /// The remainder that has the divisor's sign, broadcast: `x = ⌊x/y⌋·y + z`.
  static let floorMod = binary(
    "FloorMod", .floorMod, types: .real,
    sample: OpSample([.init([2, 3], .uniform(-9, 9)), .init([3], .uniform(1, 4))])
  ) {
    graph, x, y, _, dz in
    (dz, try graph.neg(try graph.mul(dz, try graph.op("FloorDiv", x, y))))
  }
}
