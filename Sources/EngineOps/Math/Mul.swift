import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x·y`, broadcast.
  static let mul = binary(
    "Mul", .multiply, types: .numeric, isCommutative: true,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([2, 1], .uniform(-2, 2))])
  ) { graph, x, y, _, dz in (try graph.op("Mul", dz, y), try graph.op("Mul", x, dz)) }
}
