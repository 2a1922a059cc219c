import EngineCore
import EngineGraph

extension OpDefinition {
  /// Does nothing; waits for its control inputs.
  static let noOp = OpDefinition("NoOp", shape: ShapeContext.none, gradient: .none) { _ in }
}
