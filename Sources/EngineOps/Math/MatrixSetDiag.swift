import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Matrices with their diagonals replaced.
  static let matrixSetDiag = OpDefinition(
    "MatrixSetDiag", inputs: [.tensor("input", "T"), .tensor("diagonal", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T")], shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let dy = try context.gradient()
      let zeros = try context.graph.op("ZerosLike", context.input(1))
      return [
        .dense(try context.graph.op("MatrixSetDiag", dy, zeros)), .dense(try context.graph.op("MatrixDiagPart", dy)),
      ]
    }, sample: OpSample([.init([2, 3, 4], .uniform(-2, 2)), .init([2, 3], .uniform(-2, 2))])
  ) { context in
    let (x, diagonal) = (context.inputs[0], context.inputs[1])
    guard x.rank >= 2 else {
      throw EngineError.invalidArgument("input must be at least 2-dim, received shape: \(x.bracketedShape)")
    }
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let n = Swift.min(rows, columns)
    guard diagonal.shape == x.shape.dropLast(2) + [n] else {
      throw EngineError.invalidArgument(
        "must have diagonal.shape == input.shape[:-2] + min(rows, columns), but received input shape: "
          + "\(x.bracketedShape) and diagonal shape: \(diagonal.bracketedShape)")
    }
    let y = try x.copied()
    try Kernels.copy(
      diagonal, into: y,
      StridedWalk(
        shape: [x.shape.dropLast(2).reduce(1, &*), n], sourceStrides: [n, 1],
        destinationStrides: [rows &* columns, columns + 1]))
    context.setOutput(0, y)
  }
}
