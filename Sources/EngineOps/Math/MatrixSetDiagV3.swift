import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Matrices with the diagonals of `k` replaced by those in `diagonal`, which stand as `MatrixDiagPartV3` gives them.
  static let matrixSetDiagV3 = OpDefinition(
    "MatrixSetDiagV3", inputs: [.tensor("input", "T"), .tensor("diagonal", "T"), .tensor("k", .int32)],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), diagonalAlignment], shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let (graph, dy, k) = (context.graph, try context.gradient(), context.input(2))
      let align: [String: AttributeValue] = ["align": .string(context.node.string("align"))]
      let zeros = try graph.op("ZerosLike", context.input(1))
      let dx = try graph.op("MatrixSetDiagV3", dy, zeros, k, attributes: align)
      let zero = try graph.op("Cast", try graph.constant(scalar: Int32(0)), attributes: ["DstT": .type(dy.dtype)])
      return [.dense(dx), .dense(try graph.op("MatrixDiagPartV3", dy, k, zero, attributes: align)), nil]
    },
    sample: OpSample([
      .init([2, 3, 3], .uniform(-2, 2)), .init([2, 3], .uniform(-2, 2)),
      .init([], .fixed([0]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let (x, diagonal) = (context.inputs[0], context.inputs[1])
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let band = try DiagonalBand(
      rows: x.shape[x.rank - 2], columns: x.shape[x.rank - 1], try context.integers(2),
      align: context.node.string("align"))
    let batch = Array(x.shape.dropLast(2))
    guard diagonal.shape == band.shape(batch: batch) else {
      throw EngineError.invalidArgument(
        "diagonal must have shape \(Shape(known: band.shape(batch: batch)).bracketed), got \(diagonal.bracketedShape)")
    }
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.broadcast(x, into: y)
    try band.copy(batch: batch.reduce(1, *), from: diagonal, into: y, fromMatrices: false)
    context.setOutput(0, y)
  }
}
