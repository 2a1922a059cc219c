import EngineCore
import EngineGraph

extension OpDefinition {
  /// Lower triangles l with `input = l·lᵀ`, of symmetric positive definite matrices. `input: [..., n, n]`; only its lower
  /// triangle is read.
  /// **Errors**: `InvalidArgument` for a matrix that is not positive definite.
  static let cholesky = OpDefinition(
    "Cholesky", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", [.float64, .float32])], shape: { [try $0.squares(0)] },
    gradient: .rule { context in
      // With Φ the lower triangle whose diagonal is halved: dx = l⁻ᵀ·Φ(lᵀ·dl)·l⁻¹, made symmetric.
      let (graph, l) = (context.graph, context.output())
      let (all, none) = (try graph.constant(scalar: Int64(-1)), try graph.constant(scalar: Int64(0)))
      let inner = try graph.op(
        "MatrixBandPart", try graph.matrixProduct(l, try context.gradient(), adjointA: true), all, none)
      let diagonal = try graph.op("MatrixDiagPart", inner)
      let one = try graph.op("OnesLike", diagonal)
      let two = try graph.op("AddV2", one, one)
      let halved = try graph.op("MatrixSetDiag", inner, try graph.op("RealDiv", diagonal, two))
      let inverse = try graph.op("MatrixInverse", l)
      let middle = try graph.matrixProduct(try graph.matrixProduct(inverse, halved, adjointA: true), inverse)
      // The transpose of m is the product of mᵀ and the identity, for any rank.
      let unit = try graph.op("MatrixDiag", one)
      let sum = try graph.op("AddV2", middle, try graph.matrixProduct(middle, unit, adjointA: true))
      let minus = try graph.constant([Int32(-1)])
      return [.dense(try graph.op("RealDiv", sum, try graph.op("ExpandDims", two, minus)))]
    },
    sample: OpSample([.init([2, 2], .fixed([4, 1, 1, 3]))])
  ) { context in
    let x = context.inputs[0]
    let (batch, n) = try MatrixWork.requireSquare(x)
    var result: [Double] = []
    for index in 0..<batch {
      let a = try MatrixWork.matrix(x, index)
      var l = [Double](repeating: 0, count: n * n)
      for j in 0..<n {
        for i in j..<n {
          var sum = a[i * n + j]
          for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
          if i == j {
            guard sum > 0 else {
              throw EngineError.invalidArgument(
                "Cholesky decomposition was not successful. The input might not be valid.")
            }
            l[j * n + j] = sum.squareRoot()
          } else {
            l[i * n + j] = sum / l[j * n + j]
          }
        }
      }
      result += l
    }
    context.setOutput(0, try MatrixWork.tensor(result, x.dtype, shape: x.shape))
  }
}
