import EngineGraph

extension OpDefinition {
  /// Does nothing; waits for its control inputs.
  static let controlTrigger = OpDefinition("ControlTrigger", shape: ShapeContext.none, gradient: .none) { _ in }
}
