import EngineCore
import EngineGraph

extension OpDefinition {
  /// The shapes of several tensors of one type.
  static let shapeN = OpDefinition(
    "ShapeN", inputs: [.repeated("input", count: "N", "T")], outputs: [.repeated("output", count: "N", "out_type")],
    attributes: [.int("N"), .type("T"), .type("out_type", .index, default: .int32)],
    shape: { context in (0..<context.inputCount).map { [context.input($0).rank] } }, gradient: .none
  ) { context in
    for index in context.inputs.indices {
      context.setOutput(index, try shapeVector(context.inputs[index].shape, context.node.outputTypes[index]))
    }
  }
}
