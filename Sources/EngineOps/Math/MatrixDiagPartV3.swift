import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The diagonals of matrices, one or those between the two of `k`, as rows from the highest to the lowest.
  static let matrixDiagPartV3 = OpDefinition(
    "MatrixDiagPartV3",
    inputs: [.tensor("input", "T"), .tensor("k", .int32), .tensor("padding_value", "T")],
    outputs: [.tensor("diagonal", "T")], attributes: [.type("T"), diagonalAlignment],
    shape: { [try diagonalShape($0.input(0), try $0.constantInts(1), $0.node.string("align"))] },
    gradient: .rule { context in
      let graph = context.graph
      let zeros = try graph.op("ZerosLike", context.input(0))
      let dx = try graph.op(
        "MatrixSetDiagV3", zeros, try context.gradient(), context.input(1),
        attributes: ["align": .string(context.node.string("align"))])
      return [.dense(dx), nil, nil]
    },
    sample: OpSample([
      .init([2, 3, 4], .uniform(-2, 2)), .init([2], .fixed([-1, 1]), dtype: .int32, isConstant: true),
      .init([], .fixed([0]), isConstant: true),
    ])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let band = try DiagonalBand(
      rows: x.shape[x.rank - 2], columns: x.shape[x.rank - 1], try context.integers(1),
      align: context.node.string("align"))
    let batch = Array(x.shape.dropLast(2))
    let y = try Tensor(uninitialized: x.dtype, shape: band.shape(batch: batch))
    try Kernels.fill(y, with: context.inputs[2])
    try band.copy(batch: batch.reduce(1, *), from: x, into: y, fromMatrices: true)
    context.setOutput(0, y)
  }
}
