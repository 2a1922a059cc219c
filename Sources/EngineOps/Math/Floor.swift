import EngineCore
import EngineGraph

extension OpDefinition {
  /// Rounds down; no gradient.
  static let floor = unary("Floor", .floor, types: .floating, sample: OpSample([.init([2, 3], .uniform(-3, 3))]))
}
