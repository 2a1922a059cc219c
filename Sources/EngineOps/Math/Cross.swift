import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The vector product of vectors in the last axis, which has size 3.
  static let cross = OpDefinition(
    "Cross", inputs: [.tensor("a", "T"), .tensor("b", "T")], outputs: [.tensor("product", "T")],
    attributes: [.type("T", .real)],
    shape: { context in
      let merged = try ShapeContext.merge(context.input(0), context.input(1))
      if merged.rank == 0 { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
      if let last = merged[-1], last != 3 { throw EngineError.value("Dimension must be 3 but is \(last)") }
      return [merged]
    },
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      return [
        .dense(try graph.op("Cross", context.input(1), dy)), .dense(try graph.op("Cross", dy, context.input(0))),
      ]
    }, sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([2, 3], .uniform(-2, 2))])
  ) { context in
    let (a, b) = (context.inputs[0], context.inputs[1])
    guard a.shape == b.shape, a.shape.last == 3 else {
      throw EngineError.invalidArgument(
        "Cross-products are only defined for two tensors of one shape with 3-element vectors, got \(a.bracketedShape) and "
          + b.bracketedShape)
    }
    func rotated(_ x: Tensor, _ order: [Int]) throws -> Tensor {
      let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
      try Kernels.pick(x, x.shape.dropLast().map { Array(0..<$0) } + [order], into: y)
      return y
    }
    let first = try rotated(a, [1, 2, 0])
    try Kernels.binary(.multiply, first, try rotated(b, [2, 0, 1]), into: first)
    let second = try rotated(a, [2, 0, 1])
    try Kernels.binary(.multiply, second, try rotated(b, [1, 2, 0]), into: second)
    try Kernels.binary(.subtract, first, second, into: first)
    context.setOutput(0, first)
  }
}
