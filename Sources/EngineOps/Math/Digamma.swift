import EngineCore
import EngineGraph

extension OpDefinition {
  /// The derivative of `ln Γ(x)`. Its own gradient needs the polygamma function, which the engine does not have.
  static let digamma = unary(
    "Digamma", .digamma, types: .floating, sample: OpSample([.init([2, 3], .uniform(0.5, 4))]), hasGradient: false)
}
