import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Square matrices with the input's last axis on their diagonals.
  static let matrixDiag = OpDefinition(
    "MatrixDiag", inputs: [.tensor("diagonal", "T")], outputs: [.tensor("output", "T")], attributes: [.type("T")],
    shape: { context in
      guard let dimensions = context.input(0).dimensions else { return [.unknown] }
      guard let last = dimensions.last else { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
      return [Shape(dimensions + [last])]
    },
    gradient: .rule { [.dense(try $0.graph.op("MatrixDiagPart", try $0.gradient()))] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    guard let n = x.shape.last else {
      throw EngineError.invalidArgument("input must be at least 1-dim, received shape: []")
    }
    let batch = x.shape.dropLast().reduce(1, &*)
    let y = try Tensor(zeros: x.dtype, shape: x.shape + [n])
    try Kernels.copy(
      x, into: y, StridedWalk(shape: [batch, n], sourceStrides: [n, 1], destinationStrides: [n &* n, n + 1]))
    context.setOutput(0, y)
  }
}
