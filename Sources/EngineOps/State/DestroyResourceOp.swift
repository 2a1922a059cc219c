import EngineCore
import EngineGraph

extension OpDefinition {
  /// Takes the variable's value away and frees its memory.
  static let destroyResourceOp = OpDefinition(
    "DestroyResourceOp", inputs: [.tensor("resource", .resource)],
    attributes: [.bool("ignore_lookup_error", true)], isStateful: true, shape: ShapeContext.none, gradient: .none
  ) { context in
    guard let variable = context.inputs[0].buffer.resource as? VariableResource else { return }
    guard variable.isInitialized || context.node.bool("ignore_lookup_error") else {
      throw EngineError.notFound("Resource \(variable.name) does not exist.")
    }
    variable.clear()
  }
}
