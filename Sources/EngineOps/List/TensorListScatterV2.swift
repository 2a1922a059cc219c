import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A list with the slices of a tensor at some indices; slices for one index add up, others stay unset.
  static let tensorListScatterV2 = OpDefinition(
    "TensorListScatterV2",
    inputs: [
      .tensor("tensor", "element_dtype"), .tensor("indices", .int32), .tensor("element_shape", "shape_type"),
      .tensor("num_elements", .int32),
    ], outputs: [.tensor("output_handle", .variant)],
    attributes: [.type("element_dtype"), .type("shape_type", .index)], shape: ShapeContext.scalar,
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil, nil, nil] }
      let (graph, x) = (context.graph, context.input(0))
      let dx = try graph.op(
        "TensorListGather", try context.gradient(), context.input(1), try graph.sliceShape(of: x),
        attributes: ["element_dtype": .type(x.dtype)])
      try dx.setShape(x.shape)
      return [.dense(dx), nil, nil, nil]
    }
  ) { context in
    let (slices, indices) = (try TensorList.slices(context.inputs[0]), try context.integers(1))
    guard slices.count == indices.count else {
      throw EngineError.invalidArgument(
        "Invalid number of rows in input tensor. Expected: \(indices.count) Actual: \(slices.count)")
    }
    let wanted = try context.integer(3)
    let count = wanted < 0 ? (indices.max() ?? -1) + 1 : wanted
    try checkRoom(for: count, of: Tensor?.self)
    let dtype = context.inputs[0].dtype
    var list = TensorList(
      dtype, try context.inputs[2].asElementShape(), [Tensor?](repeating: nil, count: max(count, 0)))
    var items = list.items
    for (index, slice) in zip(indices, slices) {
      guard items.indices.contains(index) else {
        throw EngineError.invalidArgument("TensorListScatter: index \(index) out of range of \(items.count) elements")
      }
      guard list.elementShape.isCompatible(with: slice.shape) else {
        throw EngineError.invalidArgument(
          "TensorListScatter: slices of shape \(slice.bracketedShape) for elements of shape \(list.elementShape.bracketed)"
        )
      }
      if let known = items[index] {
        let sum = try Tensor(uninitialized: dtype, shape: slice.shape)
        try Kernels.addN([known, slice], into: sum)
        items[index] = sum
      } else {
        items[index] = slice
      }
    }
    list = list.with(items)
    context.setOutput(0, try list.tensor())
  }
}
