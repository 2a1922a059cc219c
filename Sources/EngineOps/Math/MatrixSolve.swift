import EngineCore
import EngineGraph

extension OpDefinition {
  /// The solutions of `matrix·x = rhs`, of the transposed system with `adjoint`. `matrix: [..., n, n]`, `rhs: [..., n, k]`.
  /// **Errors**: `InvalidArgument` for a singular matrix. **Numerics**: worked out in double precision.
  static let matrixSolve = OpDefinition(
    "MatrixSolve", inputs: [.tensor("matrix", "T"), .tensor("rhs", "T")], outputs: [.tensor("output", "T")],
    attributes: [.bool("adjoint", false), .type("T", [.float64, .float32])], shape: solutionShape,
    gradient: .rule { context in
      let (graph, adjoint) = (context.graph, context.node.bool("adjoint"))
      let rhs = try graph.op(
        "MatrixSolve", context.input(0), try context.gradient(), attributes: ["adjoint": .bool(!adjoint)])
      let x = context.output()
      let product =
        adjoint ? try graph.matrixProduct(x, rhs, adjointB: true) : try graph.matrixProduct(rhs, x, adjointB: true)
      return [.dense(try graph.op("Neg", product)), .dense(rhs)]
    },
    sample: OpSample([.init([2, 2], .fixed([2, 1, -1, 3])), .init([2, 3], .uniform(-2, 2))])
  ) { context in
    try runSolve(context) { a, b, n, columns in
      let factors = MatrixWork.Factors(context.node.bool("adjoint") ? MatrixWork.transposed(a, n, n) : a, n)
      guard !factors.isSingular else { throw EngineError.invalidArgument("Input matrix is not invertible.") }
      return factors.solve(b, columns)
    }
  }

  static func solutionShape(_ context: ShapeContext) throws -> [Shape] {
    let matrix = try context.squares(0)
    if let n = matrix.rank == nil ? nil : matrix[-1], let rank = context.input(1).rank, rank >= 2,
      let rows = context.input(1)[-2], rows != n
    {
      throw EngineError.value("Dimensions must be equal, but are \(n) and \(rows)")
    }
    return [context.input(1)]
  }

  static func runSolve(
    _ context: KernelContext, _ solve: ([Double], [Double], _ n: Int, _ columns: Int) throws -> [Double]
  ) throws {
    let (a, b) = (context.inputs[0], context.inputs[1])
    let (batch, n) = try MatrixWork.requireSquare(a)
    guard b.rank == a.rank, b.shape.dropLast(2) == a.shape.dropLast(2), b.shape[b.rank - 2] == n else {
      throw EngineError.invalidArgument(
        "Input matrix and rhs are incompatible: \(a.bracketedShape) and \(b.bracketedShape)")
    }
    let columns = b.shape[b.rank - 1]
    var result: [Double] = []
    for index in 0..<batch {
      result += try solve(try MatrixWork.matrix(a, index), try MatrixWork.matrix(b, index), n, columns)
    }
    context.setOutput(0, try MatrixWork.tensor(result, b.dtype, shape: b.shape))
  }
}
