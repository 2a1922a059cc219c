import EngineCore
import EngineGraph

extension OpDefinition {
  /// A list of elements that have not been set.
  static let tensorListReserve = OpDefinition(
    "TensorListReserve", inputs: [.tensor("element_shape", "shape_type"), .tensor("num_elements", .int32)],
    outputs: [.tensor("handle", .variant)], attributes: [.type("element_dtype"), .type("shape_type", .index)],
    shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let count = try context.integer(1)
    guard count >= 0 else {
      throw EngineError.invalidArgument("The num_elements to reserve must be a non negative number, but got \(count)")
    }
    try checkRoom(for: count, of: Tensor?.self)
    let list = TensorList(
      context.node.dtype("element_dtype"), try context.inputs[0].asElementShape(),
      [Tensor?](repeating: nil, count: count))
    context.setOutput(0, try list.tensor())
  }
}
