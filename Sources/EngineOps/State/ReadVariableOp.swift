import EngineCore
import EngineGraph

extension OpDefinition {
  /// The variable's value: its very memory, which a later update copies if somebody still holds it.
  /// **Errors**: `FailedPrecondition` when it has none yet.
  static let readVariableOp = OpDefinition(
    "ReadVariableOp", inputs: [.tensor("resource", .resource)], outputs: [.tensor("value", "dtype")],
    attributes: [.type("dtype")], isStateful: true,
    shape: { context in
      try context.checkVariableType()
      return [context.variableShape(0)]
    },
    gradient: .rule { [$0.outputGradients[0]] }
  ) { context in
    let value = try context.variable(0).read()
    guard value.dtype == context.node.outputTypes[0] else {
      throw EngineError.invalidArgument(
        "Trying to read variable with wrong dtype. Expected \(context.node.outputTypes[0]) got \(value.dtype)")
    }
    context.setOutput(0, value)
  }
}
