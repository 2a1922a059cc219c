import EngineCore
import EngineGraph

extension OpDefinition {
  /// The solutions of triangular systems `matrix·x = rhs`; what stands in the other triangle is not read.
  /// **Errors**: `InvalidArgument` for a zero on the diagonal. **Numerics**: worked out in double precision.
  static let matrixTriangularSolve = OpDefinition(
    "MatrixTriangularSolve", inputs: [.tensor("matrix", "T"), .tensor("rhs", "T")], outputs: [.tensor("output", "T")],
    attributes: [.bool("lower", true), .bool("adjoint", false), .type("T", [.float64, .float32])],
    shape: solutionShape,
    gradient: .rule { context in
      let (graph, adjoint, lower) = (context.graph, context.node.bool("adjoint"), context.node.bool("lower"))
      let rhs = try graph.op(
        "MatrixTriangularSolve", context.input(0), try context.gradient(),
        attributes: ["lower": .bool(lower), "adjoint": .bool(!adjoint)])
      let x = context.output()
      let product =
        adjoint ? try graph.matrixProduct(x, rhs, adjointB: true) : try graph.matrixProduct(rhs, x, adjointB: true)
      let (all, none) = (try graph.constant(scalar: Int64(-1)), try graph.constant(scalar: Int64(0)))
      let band = try graph.op(
        "MatrixBandPart", try graph.op("Neg", product), lower ? all : none, lower ? none : all)
      return [.dense(band), .dense(rhs)]
    },
    sample: OpSample([.init([2, 2], .fixed([2, 0, -1, 3])), .init([2, 3], .uniform(-2, 2))])
  ) { context in
    let isLower = context.node.bool("lower")
    try runSolve(context) { a, b, n, columns in
      var a = a
      for i in 0..<n { for j in 0..<n where isLower ? j > i : j < i { a[i * n + j] = 0 } }
      if context.node.bool("adjoint") { a = MatrixWork.transposed(a, n, n) }
      let factors = MatrixWork.Factors(a, n)
      guard !factors.isSingular else { throw EngineError.invalidArgument("Input matrix is not invertible.") }
      return factors.solve(b, columns)
    }
  }
}
