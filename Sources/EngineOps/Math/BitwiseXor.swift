import EngineCore
import EngineGraph

extension OpDefinition {
  /// Bits that are set in one of the two, broadcast.
  static let bitwiseXor = binary(
    "BitwiseXor", .bitwiseXor, types: .integers, isCommutative: true,
    sample: OpSample([.init([2, 3], .uniform(0, 100)), .init([3], .uniform(0, 100))]))
}
