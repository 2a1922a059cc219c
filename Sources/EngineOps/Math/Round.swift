import EngineCore
import EngineGraph

extension OpDefinition {
  /// Rounds to the nearest whole number, ties to even; no gradient.
  static let round = unary("Round", .rint, types: .signedNumeric, sample: OpSample([.init([2, 3], .uniform(-3, 3))]))
}
