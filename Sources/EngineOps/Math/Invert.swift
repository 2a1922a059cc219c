import EngineCore
import EngineGraph

extension OpDefinition {
  /// Flips all bits.
  static let invert = unary("Invert", .invert, types: .integers, sample: OpSample([.init([2, 3], .uniform(-8, 8))]))
}
