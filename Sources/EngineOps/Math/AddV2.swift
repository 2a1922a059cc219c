import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x + y`, broadcast.
  static let addV2 = binary(
    "AddV2", .add, types: .numeric, isCommutative: true,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) { _, _, _, _, dz in (dz, dz) }
}
