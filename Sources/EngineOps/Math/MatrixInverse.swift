import EngineCore
import EngineGraph

extension OpDefinition {
  /// The inverses of square matrices, of their transposes with `adjoint`. `input: [..., n, n]`.
  /// **Errors**: `InvalidArgument` for a singular matrix. **Numerics**: worked out in double precision.
  static let matrixInverse = OpDefinition(
    "MatrixInverse", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.bool("adjoint", false), .type("T", [.float64, .float32])], shape: { [try $0.squares(0)] },
    gradient: .rule { context in
      let (graph, inverse, dy) = (context.graph, context.output(), try context.gradient())
      // d(a⁻¹) = −a⁻ᵀ·dy·a⁻ᵀ
      let inner =
        context.node.bool("adjoint")
        ? try graph.matrixProduct(inverse, try graph.matrixProduct(dy, inverse, adjointA: true))
        : try graph.matrixProduct(inverse, try graph.matrixProduct(dy, inverse, adjointB: true), adjointA: true)
      return [.dense(try graph.op("Neg", inner))]
    },
    sample: OpSample([.init([2, 2], .fixed([2, 1, -1, 3]))])
  ) { context in
    let x = context.inputs[0]
    let (batch, n) = try MatrixWork.requireSquare(x)
    var unit = [Double](repeating: 0, count: n * n)
    for i in 0..<n { unit[i * n + i] = 1 }
    var result: [Double] = []
    for index in 0..<batch {
      var a = try MatrixWork.matrix(x, index)
      if context.node.bool("adjoint") { a = MatrixWork.transposed(a, n, n) }
      let factors = MatrixWork.Factors(a, n)
      guard !factors.isSingular else { throw EngineError.invalidArgument("Input is not invertible.") }
      result += factors.solve(unit, n)
    }
    context.setOutput(0, try MatrixWork.tensor(result, x.dtype, shape: x.shape))
  }
}
