import EngineCore
import EngineGraph

extension OpDefinition {
  /// What is known of the elements' shape.
  static let tensorListElementShape = OpDefinition(
    "TensorListElementShape", inputs: [.tensor("input_handle", .variant)],
    outputs: [.tensor("element_shape", "shape_type")], attributes: [.type("shape_type", .index)],
    shape: ShapeContext.unknown, gradient: .none
  ) { $0.setOutput(0, try $0.list().elementShape.asVector($0.node.dtype("shape_type"))) }
}
