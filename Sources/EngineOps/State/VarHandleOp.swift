import EngineCore
import EngineGraph

extension OpDefinition {
  /// A handle on the session's variable called `shared_name`. The variable has no value before the first assignment.
  static let varHandleOp = OpDefinition(
    "VarHandleOp", outputs: [.tensor("resource", .resource)],
    attributes: [
      .string("container", ""), .string("shared_name", ""), .string("debug_name", ""), .type("dtype"),
      .init("shape", .shape), .init("allowed_devices", .strings, default: .strings([ByteString]())),
    ],
    isStateful: true, shape: ShapeContext.scalar, gradient: .none
  ) { context in
    // The handle lives as long as the plan: looking the variable up in every step would cost more than a small update.
    if let known = context.scratch as? VariableHandle {
      context.setOutput(0, known.tensor)
      return
    }
    let node = context.node
    let name = node.string("shared_name").isEmpty ? node.name : node.string("shared_name")
    let container = node.string("container").isEmpty ? "localhost" : node.string("container")
    let variable = try context.environment.resource("\(container)/\(name)", as: VariableResource.self) {
      VariableResource(name: name, dtype: node.dtype("dtype"))
    }
    guard variable.dtype == node.dtype("dtype") else {
      throw EngineError.invalidArgument(
        "Trying to access variable \(name) as \(node.dtype("dtype")), but it holds \(variable.dtype)")
    }
    let handle = VariableHandle(tensor: Tensor(resource: variable))
    context.scratch = handle
    context.setOutput(0, handle.tensor)
  }
}

private final class VariableHandle {
  let tensor: Tensor
  init(tensor: Tensor) { self.tensor = tensor }
}
