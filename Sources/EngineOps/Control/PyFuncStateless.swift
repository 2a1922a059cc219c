import EngineGraph

extension OpDefinition {
  /// `PyFunc` for functions without effects.
  static let pyFuncStateless = hostCall("PyFuncStateless", isStateful: false)
}
