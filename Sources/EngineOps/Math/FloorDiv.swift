import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = ⌊x/y⌋`, broadcast; no gradient.
  static let floorDiv = binary(
    "FloorDiv", .floorDivide, types: .numeric,
    sample: OpSample([.init([2, 3], .uniform(-9, 9)), .init([3], .uniform(1, 4))]))
}
