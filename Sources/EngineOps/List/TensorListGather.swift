import EngineCore
import EngineGraph

extension OpDefinition {
  /// The elements at some indices along a new first axis.
  static let tensorListGather = OpDefinition(
    "TensorListGather",
    inputs: [.tensor("input_handle", .variant), .tensor("indices", .int32), .tensor("element_shape", .int32)],
    outputs: [.tensor("values", "element_dtype")], attributes: [.type("element_dtype")],
    shape: { [try $0.input(1, rank: 1).concatenated(with: try $0.elementShape(2))] },
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil, nil] }
      let (graph, list) = (context.graph, context.input(0))
      let shape = try graph.op("TensorListElementShape", list, attributes: ["shape_type": .type(.int32)])
      let dlist = try graph.op(
        "TensorListScatterV2", try context.gradient(), context.input(1), shape, try graph.op("TensorListLength", list))
      return [.dense(dlist), nil, nil]
    }
  ) { context in
    let list = try context.list(of: "element_dtype")
    context.setOutput(
      0, try list.stacked(try context.integers(1), shape: try context.inputs[2].asElementShape()))
  }
}
