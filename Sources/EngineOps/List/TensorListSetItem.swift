import EngineCore
import EngineGraph

extension OpDefinition {
  /// The list with one element replaced.
  static let tensorListSetItem = OpDefinition(
    "TensorListSetItem",
    inputs: [.tensor("input_handle", .variant), .tensor("index", .int32), .tensor("item", "element_dtype")],
    outputs: [.tensor("output_handle", .variant)],
    attributes: [.type("element_dtype"), .bool("resize_if_index_out_of_bounds", false)], shape: ShapeContext.scalar,
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil, nil] }
      let (graph, dlist) = (context.graph, try context.gradient())
      let (index, item) = (context.input(1), context.input(2))
      let ditem = try graph.op(
        "TensorListGetItem", dlist, index, try graph.shapeVector(of: item),
        attributes: ["element_dtype": .type(item.dtype)])
      try ditem.setShape(item.shape)
      let rest = try graph.op("TensorListSetItem", dlist, index, try graph.op("ZerosLike", item))
      // Writing beyond the end has made the list longer than its input.
      let resized =
        context.node.bool("resize_if_index_out_of_bounds")
        ? try graph.op("TensorListResize", rest, try graph.op("TensorListLength", context.input(0))) : rest
      return [.dense(resized), nil, .dense(ditem)]
    }
  ) { context in
    let (list, index, item) = (try context.list(of: "element_dtype"), try context.integer(1), context.inputs[2])
    var items = list.items
    if index >= items.count, context.node.bool("resize_if_index_out_of_bounds") {
      try checkRoom(for: index + 1, of: Tensor?.self)
      items += [Tensor?](repeating: nil, count: index + 1 - items.count)
    }
    guard items.indices.contains(index) else {
      throw EngineError.invalidArgument("Trying to modify element \(index) in a list with \(items.count) elements.")
    }
    guard list.elementShape.isCompatible(with: item.shape) else {
      throw EngineError.invalidArgument(
        "Tried to set a tensor with incompatible shape at a list index. Item element shape: \(item.bracketedShape) list shape: "
          + list.elementShape.bracketed)
    }
    items[index] = item
    context.setOutput(0, try list.with(items).tensor())
  }
}
