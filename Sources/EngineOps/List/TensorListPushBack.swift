import EngineCore
import EngineGraph

extension OpDefinition {
  /// The list with an element more.
  static let tensorListPushBack = OpDefinition(
    "TensorListPushBack", inputs: [.tensor("input_handle", .variant), .tensor("tensor", "element_dtype")],
    outputs: [.tensor("output_handle", .variant)], attributes: [.type("element_dtype")], shape: ShapeContext.scalar,
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil] }
      let (graph, item) = (context.graph, context.input(1))
      let pop = try graph.addNode(
        "TensorListPopBack", [try context.gradient(), try graph.shapeVector(of: item)],
        attributes: ["element_dtype": .type(item.dtype)])
      try pop.output(1).setShape(item.shape)
      return [.dense(pop.output(0)), .dense(pop.output(1))]
    }
  ) { context in
    let (list, item) = (try context.list(of: "element_dtype"), context.inputs[1])
    guard list.elementShape.isCompatible(with: item.shape) else {
      throw EngineError.invalidArgument(
        "Tried to append a tensor with incompatible shape to a list. Op element shape: \(item.bracketedShape) list shape: "
          + list.elementShape.bracketed)
    }
    context.setOutput(0, try list.with(list.items + [item]).tensor())
  }
}
