import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The box of a given size that starts at `begin`; a size of -1 means the rest of the axis.
  static let slice = OpDefinition(
    "Slice", inputs: [.tensor("input", "T"), .tensor("begin", "Index"), .tensor("size", "Index")],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), .type("Index", .index)],
    shape: { context in
      let x = context.input(0)
      let (begins, sizes) = (try context.constantInts(1), try context.constantInts(2))
      guard let rank = x.rank ?? context.input(1)[0] ?? context.input(2)[0] else { return [.unknown] }
      if let begins, begins.count != rank {
        throw EngineError.value("Expected begin of length \(rank), but got \(begins.count)")
      }
      if sizes == nil, begins == nil { return [.unknown(rank: rank)] }
      let partial = sizes == nil ? try context.shape(fromInput: 2).dimensions : nil
      var result: [Int?] = []
      for axis in 0..<rank {
        let size = sizes.flatMap { axis < $0.count ? $0[axis] : nil }
        if let size, size >= 0 {
          result.append(size)
          if let begin = begins?[axis], let limit = x[axis], begin < 0 || begin + size > limit {
            throw EngineError.value("Expected size[\(axis)] in [0, \(limit - begin)], but got \(size)")
          }
        } else if size == -1, let limit = x[axis], let begin = begins?[axis] {
          guard begin >= 0, begin <= limit else {
            throw EngineError.value("Expected begin[\(axis)] in [0, \(limit)], but got \(begin)")
          }
          result.append(limit - begin)
        } else {
          result.append(partial.flatMap { axis < $0.count ? $0[axis] : nil })
        }
      }
      return [Shape(result)]
    },
    gradient: .rule { context in
      let (graph, dy, begin) = (context.graph, try context.gradient(), context.input(1))
      let all = try graph.shapeVector(of: context.input(0), begin.dtype)
      let taken = try graph.shapeVector(of: dy, begin.dtype)
      let after = try graph.sub(try graph.sub(all, taken), begin)
      let paddings = try graph.op("Pack", arguments: [[begin, after]], attributes: ["axis": .int(1)])
      let dx = try graph.op("Pad", dy, paddings)
      try dx.setShape(context.input(0).shape)
      return [.dense(dx), nil, nil]
    },
    sample: OpSample([
      .init([3, 4], .uniform(-2, 2)), .init([2], .fixed([1, 0]), dtype: .int32, isConstant: true),
      .init([2], .fixed([2, -1]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let (x, begin) = (context.inputs[0], try context.integers(1))
    var size = try context.integers(2)
    guard begin.count == x.rank, size.count == x.rank else {
      throw EngineError.invalidArgument(
        "Expected begin and size arguments to be 1-D tensors of size \(x.rank), but got shapes \(begin.count) and "
          + "\(size.count) instead.")
    }
    for axis in 0..<x.rank {
      let limit = x.shape[axis]
      guard begin[axis] >= 0, begin[axis] <= limit else {
        throw EngineError.invalidArgument("Expected begin[\(axis)] in [0, \(limit)], but got \(begin[axis])")
      }
      if size[axis] == -1 { size[axis] = limit - begin[axis] }
      guard size[axis] >= 0, size[axis] <= limit - begin[axis] else {
        throw EngineError.invalidArgument(
          "Expected size[\(axis)] in [0, \(limit - begin[axis])], but got \(size[axis])")
      }
    }
    if size == x.shape {
      context.setOutput(0, context.takeInput(0))
      return
    }
    let y = try Tensor(uninitialized: x.dtype, shape: size)
    try Kernels.slice(x, begin: begin, into: y)
    context.setOutput(0, y)
  }
}
