import EngineCore
import EngineGraph

extension OpDefinition {
  /// The list without its last element, and that.
  static let tensorListPopBack = OpDefinition(
    "TensorListPopBack", inputs: [.tensor("input_handle", .variant), .tensor("element_shape", .int32)],
    outputs: [.tensor("output_handle", .variant), .tensor("tensor", "element_dtype")],
    attributes: [.type("element_dtype")], shape: { [.scalar, try $0.elementShape(1)] },
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil] }
      return [
        .dense(try context.graph.op("TensorListPushBack", try context.gradient(0), try context.gradient(1))), nil,
      ]
    }
  ) { context in
    let list = try context.list(of: "element_dtype")
    guard !list.items.isEmpty else { throw EngineError.invalidArgument("Trying to pop from an empty list.") }
    let item = try list.item(list.items.count - 1, shape: try context.inputs[1].asElementShape())
    context.setOutput(0, try list.with(Array(list.items.dropLast())).tensor())
    context.setOutput(1, item)
  }
}
