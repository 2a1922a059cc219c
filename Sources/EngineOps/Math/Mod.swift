import EngineCore
import EngineGraph

extension OpDefinition {
  /// The remainder that has the dividend's sign, broadcast.
  static let mod = binary(
    "Mod", .truncateMod, types: .indexOrFloating,
    sample: OpSample([.init([2, 3], .uniform(-9, 9)), .init([3], .uniform(1, 4))]), hasGradient: false)
}
