import EngineCore
import EngineGraph

extension OpDefinition {
  /// A list without elements.
  static let emptyTensorList = OpDefinition(
    "EmptyTensorList", inputs: [.tensor("element_shape", "shape_type"), .tensor("max_num_elements", .int32)],
    outputs: [.tensor("handle", .variant)], attributes: [.type("element_dtype"), .type("shape_type", .index)],
    shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let shape = try context.inputs[0].asElementShape()
    context.setOutput(0, try TensorList(context.node.dtype("element_dtype"), shape, []).tensor())
  }
}
