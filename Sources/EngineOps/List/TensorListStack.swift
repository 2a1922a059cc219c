import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements along a new first axis.
  static let tensorListStack = OpDefinition(
    "TensorListStack", inputs: [.tensor("input_handle", .variant), .tensor("element_shape", .int32)],
    outputs: [.tensor("tensor", "element_dtype")], attributes: [.type("element_dtype"), .int("num_elements", -1)],
    shape: { context in
      let count = context.node.int("num_elements")
      return [Shape.vector(count < 0 ? nil : count).concatenated(with: try context.elementShape(1))]
    },
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil] }
      let graph = context.graph
      let shape = try graph.op("TensorListElementShape", context.input(0), attributes: ["shape_type": .type(.int32)])
      return [.dense(try graph.op("TensorListFromTensor", try context.gradient(), shape)), nil]
    }
  ) { context in
    let (list, count) = (try context.list(of: "element_dtype"), context.node.int("num_elements"))
    guard count < 0 || count == list.items.count else {
      throw EngineError.invalidArgument(
        "Operation expected a list with \(count) elements but got a list with \(list.items.count) elements.")
    }
    context.setOutput(0, try list.stacked(shape: try context.inputs[1].asElementShape()))
  }
}
