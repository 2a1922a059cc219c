import EngineCore
import EngineGraph

extension OpDefinition {
  /// The slices of a tensor along its first axis.
  static let tensorListFromTensor = OpDefinition(
    "TensorListFromTensor", inputs: [.tensor("tensor", "element_dtype"), .tensor("element_shape", "shape_type")],
    outputs: [.tensor("output_handle", .variant)],
    attributes: [.type("element_dtype"), .type("shape_type", .index)], shape: ShapeContext.scalar,
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil] }
      let (graph, x) = (context.graph, context.input(0))
      let dx = try graph.op(
        "TensorListStack", try context.gradient(), try graph.sliceShape(of: x),
        attributes: ["element_dtype": .type(x.dtype), "num_elements": .int(x.shape[0] ?? -1)])
      try dx.setShape(x.shape)
      return [.dense(dx), nil]
    }
  ) { context in
    let (x, shape) = (context.inputs[0], try context.inputs[1].asElementShape())
    let slices = try TensorList.slices(x)
    guard shape.isCompatible(with: Array(x.shape.dropFirst())) else {
      throw EngineError.invalidArgument(
        "Specified a list with shape \(shape.bracketed) from a tensor with shape "
          + Shape(known: Array(x.shape.dropFirst())).bracketed)
    }
    context.setOutput(0, try TensorList(x.dtype, shape, slices).tensor())
  }
}
