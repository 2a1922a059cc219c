import EngineGraph

extension OpDefinition {
  /// `Case` for branches without effects.
  static let statelessCase = caseSelection("StatelessCase", isStateful: false)
}
