import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Matrices with some of their diagonals replaced.
  static let matrixSetDiagV3 = OpDefinition(
    "MatrixSetDiagV3", inputs: [.tensor("input", "T"), .tensor("diagonal", "T"), .tensor("k", .int32)],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), MatrixDiagonals.alignmentAttribute],
    shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let attributes: [String: AttributeValue] = ["align": .string(context.node.string("align"))]
      let dy = try context.gradient()
      let zeros = try context.graph.op("ZerosLike", context.input(1))
      let filler = try context.graph.constant(Tensor(zeros: dy.dtype, shape: []))
      return [
        .dense(try context.graph.op("MatrixSetDiagV3", dy, zeros, context.input(2), attributes: attributes)),
        .dense(try context.graph.op("MatrixDiagPartV3", dy, context.input(2), filler, attributes: attributes)), nil,
      ]
    },
    sample: OpSample([
      .init([2, 3, 4], .uniform(-2, 2)), .init([2, 2, 3], .uniform(-2, 2)),
      .init([2], .fixed([0, 1]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let (x, diagonal) = (context.inputs[0], context.inputs[1])
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let band = try MatrixDiagonals(context, 2)
    try band.check(x.shape[x.rank - 2], x.shape[x.rank - 1])
    let expected = band.shape(x.shape)
    guard diagonal.shape == expected else {
      throw EngineError.invalidArgument(
        "Either first dimensions of diagonal don't match input.shape[:-2], or diagonal.shape[:-1] is not equal to the "
          + "longests diagonal in range [lower_diag_index:upper_diag_index].\nInput shape: \(x.bracketedShape)\nDiagonal "
          + "shape: \(diagonal.bracketedShape)\nExpected diagonal shape: \(Shape(known: expected).bracketed)")
    }
    let y = try x.copied()
    for walk in band.walks(x.shape, intoMatrix: true) { try Kernels.copy(diagonal, into: y, walk) }
    context.setOutput(0, y)
  }
}
