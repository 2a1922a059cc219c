import EngineCore
import EngineGraph

extension OpDefinition {
  /// The element at an index.
  static let tensorListGetItem = OpDefinition(
    "TensorListGetItem",
    inputs: [.tensor("input_handle", .variant), .tensor("index", .int32), .tensor("element_shape", .int32)],
    outputs: [.tensor("item", "element_dtype")], attributes: [.type("element_dtype")],
    shape: { [try $0.elementShape(2)] },
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil, nil] }
      // Zeros but for the element: unset elements count as zeros.
      let (graph, list) = (context.graph, context.input(0))
      let zeros = try graph.op(
        "TensorListReserve",
        try graph.op("TensorListElementShape", list, attributes: ["shape_type": .type(.int32)]),
        try graph.op("TensorListLength", list), attributes: ["element_dtype": .type(context.output().dtype)])
      return [.dense(try graph.op("TensorListSetItem", zeros, context.input(1), try context.gradient())), nil, nil]
    }
  ) { context in
    let shape = try context.inputs[2].asElementShape()
    context.setOutput(0, try context.list(of: "element_dtype").item(try context.integer(1), shape: shape))
  }
}
