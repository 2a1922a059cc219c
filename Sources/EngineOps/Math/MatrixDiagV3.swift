import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Matrices with the given diagonals and `padding_value` elsewhere; sizes of -1 are the smallest that hold them.
  static let matrixDiagV3 = OpDefinition(
    "MatrixDiagV3",
    inputs: [
      .tensor("diagonal", "T"), .tensor("k", .int32), .tensor("num_rows", .int32), .tensor("num_cols", .int32),
      .tensor("padding_value", "T"),
    ],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), diagonalAlignment],
    shape: { context in
      let diagonal = context.input(0)
      guard let dimensions = diagonal.dimensions else { return [.unknown] }
      guard !dimensions.isEmpty else { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
      guard let k = try context.constantInts(1) else { return [.unknown] }
      let batch = Array(dimensions.dropLast(k.first == k.last ? 1 : 2))
      guard let width = diagonal[-1], let rows = try context.constantInts(2)?.first,
        let columns = try context.constantInts(3)?.first
      else { return [Shape(batch + [nil, nil])] }
      let size = try matrixSize(width, k, rows, columns)
      return [Shape(batch + [size.rows, size.columns])]
    },
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      let zero = try graph.op("Cast", try graph.constant(scalar: Int32(0)), attributes: ["DstT": .type(dy.dtype)])
      let dx = try graph.op(
        "MatrixDiagPartV3", dy, context.input(1), zero,
        attributes: ["align": .string(context.node.string("align"))])
      return [.dense(dx), nil, nil, nil, nil]
    },
    sample: OpSample([
      .init([2, 3], .uniform(-2, 2)), .init([], .fixed([1]), dtype: .int32, isConstant: true),
      .init([], .fixed([-1]), dtype: .int32, isConstant: true),
      .init([], .fixed([-1]), dtype: .int32, isConstant: true),
      .init([], .fixed([0]), isConstant: true),
    ])
  ) { context in
    let (diagonal, k) = (context.inputs[0], try context.integers(1))
    guard let width = diagonal.shape.last else {
      throw EngineError.invalidArgument("diagonal must be at least 1-dim, received shape: []")
    }
    let size = try matrixSize(width, k, try context.integer(2), try context.integer(3))
    let band = try DiagonalBand(
      rows: size.rows, columns: size.columns, k, align: context.node.string("align"))
    let batch = Array(diagonal.shape.dropLast(band.count == 1 ? 1 : 2))
    guard diagonal.rank == batch.count + (band.count == 1 ? 1 : 2), diagonal.shape == band.shape(batch: batch) else {
      throw EngineError.invalidArgument(
        "diagonal must have shape \(Shape(known: band.shape(batch: batch)).bracketed), got \(diagonal.bracketedShape)")
    }
    let y = try Tensor(uninitialized: diagonal.dtype, shape: batch + [size.rows, size.columns])
    try Kernels.fill(y, with: context.inputs[4])
    try band.copy(batch: batch.reduce(1, *), from: diagonal, into: y, fromMatrices: false)
    context.setOutput(0, y)
  }

  /// The sizes of a matrix with diagonals of at most `width` elements; -1 asks for the smallest.
  private static func matrixSize(_ width: Int, _ k: [Int], _ rows: Int, _ columns: Int) throws -> (
    rows: Int, columns: Int
  ) {
    guard let lower = k.first, let upper = k.last, abs(lower) < 1 << 32, abs(upper) < 1 << 32 else {
      throw EngineError.invalidArgument("diag_index must have one or two elements")
    }
    let (fewestRows, fewestColumns) = (width - Swift.min(upper, 0), width + Swift.max(lower, 0))
    var size = (rows: rows, columns: columns)
    if rows == -1 && columns == -1 {
      let side = Swift.max(fewestRows, fewestColumns)
      size = (side, side)
    } else if rows == -1 {
      size.rows = fewestRows
    } else if columns == -1 {
      size.columns = fewestColumns
    }
    guard size.rows >= fewestRows, size.columns >= fewestColumns else {
      throw EngineError.invalidArgument(
        "The number of rows or columns is too small: \(size.rows) and \(size.columns) for diagonals of \(width) elements"
      )
    }
    return size
  }
}
