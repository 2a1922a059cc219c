import EngineCore
import EngineGraph

extension OpDefinition {
  /// Rounds to the nearest whole number, ties to even; no gradient.
  static let rint = unary("Rint", .rint, types: .floating, sample: OpSample([.init([2, 3], .uniform(-3, 3))]))
}
