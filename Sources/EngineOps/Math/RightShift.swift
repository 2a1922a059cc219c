import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = ⌊x/2ʸ⌋`, broadcast; keeps the sign of signed types.
  static let rightShift = binary(
    "RightShift", .rightShift, types: .integers,
    sample: OpSample([.init([2, 3], .uniform(0, 100)), .init([3], .uniform(0, 6))]))
}
