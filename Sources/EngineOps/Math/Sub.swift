import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x − y`, broadcast.
  static let sub = binary(
    "Sub", .subtract, types: .numeric,
    sample: OpSample([.init([3], .uniform(-2, 2)), .init([2, 3], .uniform(-2, 2))])
  ) {
    graph, _, _, _, dz in (dz, try graph.neg(dz))
  }
}
