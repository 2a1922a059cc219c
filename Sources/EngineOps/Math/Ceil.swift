import EngineCore
import EngineGraph

extension OpDefinition {
  /// Rounds up; no gradient.
  static let ceil = unary("Ceil", .ceil, types: .floating, sample: OpSample([.init([2, 3], .uniform(-3, 3))]))
}
