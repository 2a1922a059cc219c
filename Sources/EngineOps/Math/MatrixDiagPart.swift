import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The diagonals of matrices.
  static let matrixDiagPart = OpDefinition(
    "MatrixDiagPart", inputs: [.tensor("input", "T")], outputs: [.tensor("diagonal", "T")], attributes: [.type("T")],
    shape: { context in
      let x = context.input(0)
      guard let dimensions = x.dimensions else { return [.unknown] }
      guard dimensions.count >= 2 else {
        throw EngineError.value("Shape must be at least rank 2 but is rank \(dimensions.count)")
      }
      let size = x[-2].flatMap { rows in x[-1].map { Swift.min(rows, $0) } }
      return [Shape(dimensions.dropLast(2) + [size])]
    },
    gradient: .rule { context in
      let zeros = try context.graph.op("ZerosLike", context.input(0))
      return [.dense(try context.graph.op("MatrixSetDiag", zeros, try context.gradient()))]
    }, sample: OpSample([.init([2, 3, 4], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let n = Swift.min(rows, columns)
    let batch = x.shape.dropLast(2).reduce(1, &*)
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape.dropLast(2) + [n])
    try Kernels.copy(
      x, into: y,
      StridedWalk(shape: [batch, n], sourceStrides: [rows &* columns, columns + 1], destinationStrides: [n, 1]))
    context.setOutput(0, y)
  }
}
