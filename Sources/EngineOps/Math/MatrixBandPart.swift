import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Matrices with zeros outside a band around the diagonal; a negative width keeps the whole triangle.
  static let matrixBandPart = OpDefinition(
    "MatrixBandPart", inputs: [.tensor("input", "T"), .tensor("num_lower", "Tindex"), .tensor("num_upper", "Tindex")],
    outputs: [.tensor("band", "T")], attributes: [.type("T"), .type("Tindex", .index, default: .int64)],
    shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let dx = try context.graph.op("MatrixBandPart", try context.gradient(), context.input(1), context.input(2))
      return [.dense(dx), nil, nil]
    },
    sample: OpSample([
      .init([2, 4, 4], .uniform(-2, 2)), .init([], .fixed([1]), dtype: .int64), .init([], .fixed([-1]), dtype: .int64),
    ])
  ) { context in
    let x = context.inputs[0]
    let (lower, upper) = (try context.integer(1), try context.integer(2))
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    guard lower <= rows, upper <= columns else {
      throw EngineError.invalidArgument(
        "num_lower must be negative or less or equal to number of rows (\(rows)) got: \(lower), num_upper to columns "
          + "(\(columns)) got: \(upper)")
    }
    let batch = x.shape.dropLast(2).reduce(1, &*)
    let y = try Tensor(zeros: x.dtype, shape: x.shape)
    for row in 0..<rows {
      let first = lower < 0 ? 0 : Swift.max(0, row - lower)
      let last = upper < 0 ? columns : Swift.min(columns, row + upper + 1)
      if first >= last { continue }
      let offset = row * columns + first
      try Kernels.copy(
        x, into: y,
        StridedWalk(
          shape: [batch, last - first], sourceStrides: [rows * columns, 1], destinationStrides: [rows * columns, 1],
          sourceOffset: offset, destinationOffset: offset))
    }
    context.setOutput(0, y)
  }
}
