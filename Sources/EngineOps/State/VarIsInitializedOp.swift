import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether the variable has a value.
  static let varIsInitializedOp = OpDefinition(
    "VarIsInitializedOp", inputs: [.tensor("resource", .resource)], outputs: [.tensor("is_initialized", .bool)],
    isStateful: true, shape: ShapeContext.scalar, gradient: .none
  ) { context in
    context.setOutput(0, Tensor(scalar: try context.variable(0).isInitialized))
  }
}
