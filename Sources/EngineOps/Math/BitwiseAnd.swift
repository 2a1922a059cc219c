import EngineCore
import EngineGraph

extension OpDefinition {
  /// Bits that are set in both, broadcast.
  static let bitwiseAnd = binary(
    "BitwiseAnd", .bitwiseAnd, types: .integers, isCommutative: true,
    sample: OpSample([.init([2, 3], .uniform(0, 100)), .init([3], .uniform(0, 100))]))
}
