import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x·2ʸ` without the bits that do not fit, broadcast.
  static let leftShift = binary(
    "LeftShift", .leftShift, types: .integers,
    sample: OpSample([.init([2, 3], .uniform(0, 100)), .init([3], .uniform(0, 6))]))
}
