import EngineCore
import EngineGraph

extension OpDefinition {
  /// The shape of the variable's value as a vector.
  static let variableShape = OpDefinition(
    "VariableShape", inputs: [.tensor("input", .resource)], outputs: [.tensor("output", "out_type")],
    attributes: [.type("out_type", .index, default: .int32)], isStateful: true,
    shape: { [[$0.variableShape(0).rank]] }, gradient: .none
  ) { context in
    context.setOutput(0, try shapeVector(try context.variable(0).read().shape, context.node.outputTypes[0]))
  }
}
