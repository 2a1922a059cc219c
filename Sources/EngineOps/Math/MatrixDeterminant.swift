import EngineCore
import EngineGraph

extension OpDefinition {
  /// The determinants of square matrices. `input: [..., n, n]`, `output: [...]`.
  /// **Numerics**: worked out in double precision.
  static let matrixDeterminant = OpDefinition(
    "MatrixDeterminant", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", [.float32, .float64])],
    shape: { context in
      guard let dimensions = try context.squares(0).dimensions else { return [.unknown] }
      return [Shape(Array(dimensions.dropLast(2)))]
    },
    gradient: .rule { context in
      let graph = context.graph
      let inverse = try graph.op("MatrixInverse", context.input(0), attributes: ["adjoint": .bool(true)])
      let scale = try graph.mul(try context.gradient(), context.output())
      let minus = try graph.constant([Int32(-1)])
      let wide = try graph.op("ExpandDims", try graph.op("ExpandDims", scale, minus), minus)
      return [.dense(try graph.mul(wide, inverse))]
    },
    sample: OpSample([.init([2, 2], .fixed([2, 1, -1, 3]))])
  ) { context in
    let x = context.inputs[0]
    let (batch, n) = try MatrixWork.requireSquare(x)
    let values = try (0..<batch).map { MatrixWork.Factors(try MatrixWork.matrix(x, $0), n).determinant }
    context.setOutput(0, try MatrixWork.tensor(values, x.dtype, shape: Array(x.shape.dropLast(2))))
  }
}
