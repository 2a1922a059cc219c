import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Diagonals of matrices; the ends of shorter ones hold the padding value.
  static let matrixDiagPartV3 = OpDefinition(
    "MatrixDiagPartV3", inputs: [.tensor("input", "T"), .tensor("k", .int32), .tensor("padding_value", "T")],
    outputs: [.tensor("diagonal", "T")], attributes: [.type("T"), MatrixDiagonals.alignmentAttribute],
    shape: { context in
      let x = context.input(0)
      guard let dimensions = x.dimensions else { return [.unknown] }
      guard dimensions.count >= 2 else {
        throw EngineError.value("Shape must be at least rank 2 but is rank \(dimensions.count)")
      }
      guard let band = try context.diagonals(1) else { return [.unknown] }
      var longest: Int?
      if let rows = dimensions[dimensions.count - 2], let columns = dimensions[dimensions.count - 1] {
        try band.check(rows, columns, isStatic: true)
        longest = band.longest(rows, columns)
      }
      return [Shape(dimensions.dropLast(2) + (band.isSingle ? [longest] : [band.count, longest]))]
    },
    gradient: .rule { context in
      let zeros = try context.graph.op("ZerosLike", context.input(0))
      let dx = try context.graph.op(
        "MatrixSetDiagV3", zeros, try context.gradient(), context.input(1),
        attributes: ["align": .string(context.node.string("align"))])
      return [.dense(dx), nil, nil]
    },
    sample: OpSample([
      .init([2, 3, 4], .uniform(-2, 2)), .init([2], .fixed([-1, 2]), dtype: .int32, isConstant: true),
      .init([], .fixed([0]), isConstant: true),
    ])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let band = try MatrixDiagonals(context, 1)
    try band.check(x.shape[x.rank - 2], x.shape[x.rank - 1])
    let y = try Tensor(uninitialized: x.dtype, shape: band.shape(x.shape))
    try Kernels.fill(y, with: try context.paddingValue(2))
    for walk in band.walks(x.shape, intoMatrix: false) { try Kernels.copy(x, into: y, walk) }
    context.setOutput(0, y)
  }
}
