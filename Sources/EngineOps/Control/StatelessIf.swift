import EngineGraph

extension OpDefinition {
  /// `If` for branches without effects.
  static let statelessIf = conditional("StatelessIf", isStateful: false)
}
