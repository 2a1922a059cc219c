import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The input repeated `multiples[k]` times along axis k.
  static let tile = OpDefinition(
    "Tile", inputs: [.tensor("input", "T"), .tensor("multiples", "Tmultiples")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Tmultiples", .index, default: .int32)],
    shape: { context in
      let x = context.input(0)
      guard let rank = x.rank ?? context.input(1)[0] else { return [.unknown] }
      let multiples = try context.shape(fromInput: 1)
      if let count = multiples.rank, count != rank {
        throw EngineError.value("Shape must be rank \(rank) but is rank \(count)")
      }
      return [
        Shape(
          (0..<rank).map { axis in
            guard let size = x[axis], let multiple = multiples[axis] else { return nil }
            return size &* multiple
          })
      ]
    },
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      let multiples = context.input(1)
      let shape = try graph.shapeVector(of: context.input(0), multiples.dtype)
      // Seen as [multiple₀, size₀, multiple₁, size₁, ...], sum over the multiples.
      let pairs = try graph.op("Pack", arguments: [[multiples, shape]], attributes: ["axis": .int(1)])
      let flat = try graph.reshape(pairs, try graph.constant([Int32(-1)]))
      let axes = try graph.op(
        "Range", try graph.constant(scalar: Int32(0)), try graph.op("Size", flat), try graph.constant(scalar: Int32(2)))
      let dx = try graph.op("Sum", try graph.reshape(dy, flat), axes)
      try dx.setShape(context.input(0).shape)
      return [.dense(dx), nil]
    },
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([2], .fixed([2, 3]), dtype: .int32, isConstant: true)])
  ) { context in
    let (x, multiples) = (context.inputs[0], try context.integers(1))
    guard multiples.count == x.rank else {
      throw EngineError.invalidArgument(
        "Expected multiples argument to be a vector of length \(x.rank) but got length \(multiples.count)")
    }
    var shape: [Int] = []
    for (size, multiple) in zip(x.shape, multiples) {
      guard multiple >= 0 else { throw EngineError.invalidArgument("Expected multiples >= 0, but got \(multiple)") }
      let (product, overflow) = size.multipliedReportingOverflow(by: multiple)
      guard !overflow else { throw EngineError.invalidArgument("multiples \(multiples) are too large") }
      shape.append(product)
    }
    let y = try Tensor(uninitialized: x.dtype, shape: shape)
    let (from, to) = (StridedWalk.strides(x.shape), StridedWalk.strides(shape))
    var walk = StridedWalk(shape: [], sourceStrides: [], destinationStrides: [])
    for axis in 0..<x.rank {
      walk.shape += [multiples[axis], x.shape[axis]]
      walk.sourceStrides += [0, from[axis]]
      walk.destinationStrides += [to[axis] &* x.shape[axis], to[axis]]
    }
    try Kernels.copy(x, into: y, walk)
    context.setOutput(0, y)
  }
}
