import EngineGraph

extension OpDefinition {
  /// `While` for functions without effects.
  static let statelessWhile = loop("StatelessWhile", isStateful: false)
}
