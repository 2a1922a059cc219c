import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The elements one after the other along their first axis, and their sizes there.
  static let tensorListConcatV2 = OpDefinition(
    "TensorListConcatV2",
    inputs: [
      .tensor("input_handle", .variant), .tensor("element_shape", "shape_type"), .tensor("leading_dims", .int64),
    ], outputs: [.tensor("tensor", "element_dtype"), .tensor("lengths", .int64)],
    attributes: [.type("element_dtype"), .type("shape_type", .index)],
    shape: { context in
      guard let dimensions = try context.elementShape(1).dimensions else { return [.unknown, .vector(nil)] }
      return [Shape([nil] + dimensions.dropFirst()), .vector(nil)]
    },
    gradient: .rule { context in
      guard context.elementsAreDifferentiable else { return [nil, nil, nil] }
      let graph = context.graph
      let shape = try graph.op("TensorListElementShape", context.input(0), attributes: ["shape_type": .type(.int32)])
      let dlist = try graph.op("TensorListSplit", try context.gradient(), shape, context.output(1))
      return [.dense(dlist), nil, nil]
    }
  ) { context in
    let list = try context.list(of: "element_dtype")
    let wanted = try context.inputs[1].asElementShape()
    let sizes = try context.integers(2)
    // Only what comes after the first axis has to agree.
    var rest = Shape.unknown
    for shape in [list.elementShape, wanted] + list.items.compactMap({ $0.map { Shape(known: $0.shape) } }) {
      guard let dimensions = shape.dimensions else { continue }
      guard !dimensions.isEmpty else {
        throw EngineError.invalidArgument("Concat requires elements to be at least vectors, found scalars instead.")
      }
      let tail = Shape(Array(dimensions.dropFirst()))
      guard rest.isCompatible(with: tail) else {
        throw EngineError.invalidArgument(
          "Tried to concat tensors with unequal shapes: \(rest.bracketed) vs \(tail.bracketed)")
      }
      rest = try rest.merged(with: tail)
    }
    guard let tail = rest.known else {
      throw EngineError.invalidArgument(
        "All except the first dimension must be fully defined when concating: \(rest.bracketed)")
    }
    let parts = try list.items.indices.map { index in
      if let item = list.items[index] { return item }
      let first = sizes.indices.contains(index) ? sizes[index] : list.elementShape[0]
      guard let first, first >= 0 else {
        throw EngineError.invalidArgument("Tried to concat element \(index), which has not been set")
      }
      return try Tensor(zeros: list.dtype, shape: [first] + tail)
    }
    let lengths = parts.map { $0.shape.first ?? 0 }
    let result = try Tensor(uninitialized: list.dtype, shape: [lengths.reduce(0, &+)] + tail)
    var begin = [Int](repeating: 0, count: result.rank)
    for part in parts {
      try Kernels.paste(part, into: result, begin: begin)
      begin[0] += part.shape.first ?? 0
    }
    context.setOutput(0, result)
    context.setOutput(1, try Tensor(lengths.map { Int64($0) }, shape: [lengths.count]))
  }
}
