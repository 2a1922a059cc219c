import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Matrices with the given diagonals; what no diagonal covers is the padding value.
  static let matrixDiagV3 = OpDefinition(
    "MatrixDiagV3",
    inputs: [
      .tensor("diagonal", "T"), .tensor("k", .int32), .tensor("num_rows", .int32), .tensor("num_cols", .int32),
      .tensor("padding_value", "T"),
    ], outputs: [.tensor("output", "T")], attributes: [.type("T"), MatrixDiagonals.alignmentAttribute],
    shape: { context in
      guard let dimensions = context.input(0).dimensions else { return [.unknown] }
      guard let last = dimensions.last else { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
      guard let band = try context.diagonals(1) else { return [.unknown] }
      let batch = dimensions.dropLast(band.isSingle ? 1 : 2)
      guard let longest = last, let rows = try context.constantInts(2)?.first,
        let columns = try context.constantInts(3)?.first
      else { return [Shape(batch + [nil, nil])] }
      let size = try matrixSize(band, longest, rows, columns, isStatic: true)
      return [Shape(batch + [size.rows, size.columns])]
    },
    gradient: .rule { context in
      let part = try context.graph.op(
        "MatrixDiagPartV3", try context.gradient(), context.input(1),
        try context.graph.op("ZerosLike", context.input(4)),
        attributes: ["align": .string(context.node.string("align"))])
      return [.dense(part), nil, nil, nil, nil]
    },
    sample: OpSample([
      .init([2, 2, 3], .uniform(-2, 2)), .init([2], .fixed([-1, 0]), dtype: .int32, isConstant: true),
      .init([], .fixed([-1]), dtype: .int32, isConstant: true), .init([], .fixed([4]), dtype: .int32, isConstant: true),
      .init([], .fixed([0]), isConstant: true),
    ])
  ) { context in
    let x = context.inputs[0]
    let band = try MatrixDiagonals(context, 1)
    guard x.rank >= (band.isSingle ? 1 : 2), let longest = x.shape.last else {
      throw EngineError.invalidArgument(
        "diagonal must be at least \(band.isSingle ? 1 : 2)-dim, received shape: \(x.bracketedShape)")
    }
    guard band.isSingle || x.shape[x.rank - 2] == band.count else {
      throw EngineError.invalidArgument(
        "The number of diagonals provided in the input does not match the lower_diag_index and upper_diag_index range.")
    }
    let size = try matrixSize(band, longest, try context.integer(2), try context.integer(3))
    let shape = x.shape.dropLast(band.isSingle ? 1 : 2) + [size.rows, size.columns]
    try band.check(size.rows, size.columns)
    let y = try Tensor(uninitialized: x.dtype, shape: Array(shape))
    try Kernels.fill(y, with: try context.paddingValue(4))
    for walk in band.walks(y.shape, intoMatrix: true) { try Kernels.copy(x, into: y, walk) }
    context.setOutput(0, y)
  }

  /// The size of matrices whose longest diagonal is that long; -1 stands for as small as can be, or square.
  private static func matrixSize(
    _ band: MatrixDiagonals, _ longest: Int, _ rows: Int, _ columns: Int, isStatic: Bool = false
  ) throws -> (rows: Int, columns: Int) {
    func failure(_ whileBuilding: String, _ whileRunning: String) -> EngineError {
      isStatic ? EngineError.value(whileBuilding) : EngineError.invalidArgument(whileRunning)
    }
    let least = (rows: longest - min(band.upper, 0), columns: longest + max(band.lower, 0))
    guard rows == -1 || rows >= least.rows else {
      throw failure("num_rows is too small", "The number of rows is too small.")
    }
    guard columns == -1 || columns >= least.columns else {
      throw failure("num_cols is too small.", "The number of columns is too small.")
    }
    if rows == -1, columns == -1 {
      let size = max(least.rows, least.columns)
      return (size, size)
    }
    let size = (rows: rows == -1 ? least.rows : rows, columns: columns == -1 ? least.columns : columns)
    guard size.rows == least.rows || size.columns == least.columns else {
      throw failure(
        "num_rows and num_cols are not consistent with lower_diag_index, upper_diag_index, and the length of the given "
          + "diagonals.\nnum_rows = \(size.rows) != min_num_rows = \(least.rows), num_cols = \(size.columns) != "
          + "min_num_cols = \(least.columns)",
        "The number of rows or columns is not consistent with the specified d_lower, d_upper, and diagonal.")
    }
    return size
  }
}
