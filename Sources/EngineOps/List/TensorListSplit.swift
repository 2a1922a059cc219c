import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The parts of a tensor along its first axis, of given sizes.
  static let tensorListSplit = OpDefinition(
    "TensorListSplit",
    inputs: [
      .tensor("tensor", "element_dtype"), .tensor("element_shape", "shape_type"), .tensor("lengths", .int64),
    ], outputs: [.tensor("output_handle", .variant)],
    attributes: [.type("element_dtype"), .type("shape_type", .index)], shape: ShapeContext.scalar,
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil, nil] }
      let (graph, x) = (context.graph, context.input(0))
      let joined = try graph.addNode(
        "TensorListConcatV2", [try context.gradient(), context.input(1), context.input(2)],
        attributes: ["element_dtype": .type(x.dtype)])
      try joined.output(0).setShape(x.shape)
      return [.dense(joined.output(0)), nil, nil]
    }
  ) { context in
    let (x, shape, lengths) = (context.inputs[0], try context.inputs[1].asElementShape(), try context.integers(2))
    guard let size = x.shape.first else {
      throw EngineError.invalidArgument("Tensor must be at least a vector, but saw shape: []")
    }
    var begin = [Int](repeating: 0, count: x.rank)
    var items: [Tensor?] = []
    for length in lengths {
      guard length >= 0, length <= size - begin[0] else {
        throw EngineError.invalidArgument(
          "Values in lengths don't fit the tensor: \(length) rows from row \(begin[0]) on, of \(size)")
      }
      let part = try Tensor(uninitialized: x.dtype, shape: [length] + x.shape.dropFirst())
      guard shape.isCompatible(with: part.shape) else {
        throw EngineError.invalidArgument(
          "Element of shape \(part.bracketedShape) does not fit a list of elements of shape \(shape.bracketed)")
      }
      try Kernels.slice(x, begin: begin, into: part)
      items.append(part)
      begin[0] += length
    }
    guard begin[0] == size else {
      throw EngineError.invalidArgument(
        "Unused values in tensor. Length of tensor: \(size) Values used: \(begin[0])")
    }
    context.setOutput(0, try TensorList(x.dtype, shape, items).tensor())
  }
}
