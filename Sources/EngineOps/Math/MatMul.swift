import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `product = op(a)·op(b)` of matrices, where op transposes if its attribute says so.
  /// `a: [m, k]`, `b: [k, n]`, `product: [m, n]`.
  static let matMul = OpDefinition(
    "MatMul", inputs: [.tensor("a", "T"), .tensor("b", "T")], outputs: [.tensor("product", "T")],
    attributes: [
      .bool("transpose_a", false), .bool("transpose_b", false),
      .type("T", DType.matrix),
    ],
    shape: { context in
      let a = try context.input(0, rank: 2)
      let b = try context.input(1, rank: 2)
      let (transposeA, transposeB) = (context.node.bool("transpose_a"), context.node.bool("transpose_b"))
      if let inner = a[transposeA ? 0 : 1], let other = b[transposeB ? 1 : 0], inner != other {
        throw EngineError.value("Dimensions must be equal, but are \(inner) and \(other)")
      }
      return [[a[transposeA ? 1 : 0], b[transposeB ? 0 : 1]]]
    },
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      let (a, b) = (try graph.conjugate(context.input(0)), try graph.conjugate(context.input(1)))
      func product(_ x: Output, _ y: Output, _ transposeX: Bool, _ transposeY: Bool) throws -> Gradient {
        .dense(
          try graph.op(
            "MatMul", x, y, attributes: ["transpose_a": .bool(transposeX), "transpose_b": .bool(transposeY)]))
      }
      switch (context.node.bool("transpose_a"), context.node.bool("transpose_b")) {
      case (false, false): return [try product(dy, b, false, true), try product(a, dy, true, false)]
      case (false, true): return [try product(dy, b, false, false), try product(dy, a, true, false)]
      case (true, false): return [try product(b, dy, false, true), try product(a, dy, false, false)]
      case (true, true): return [try product(b, dy, true, true), try product(dy, a, true, true)]
      }
    },
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3, 4], .uniform(-2, 2))])
  ) { context in
    let (a, b) = (context.inputs[0], context.inputs[1])
    let (transposeA, transposeB) = (context.node.bool("transpose_a"), context.node.bool("transpose_b"))
    guard a.rank == 2, b.rank == 2 else {
      throw EngineError.invalidArgument(
        "In[0] and In[1] must be matrices, got \(Shape(known: a.shape).bracketed) and \(Shape(known: b.shape).bracketed)"
      )
    }
    guard a.shape[transposeA ? 0 : 1] == b.shape[transposeB ? 1 : 0] else {
      throw EngineError.invalidArgument(
        "Matrix size-incompatible: In[0]: \(Shape(known: a.shape).bracketed), In[1]: \(Shape(known: b.shape).bracketed)"
      )
    }
    let product = try context.newOutput(
      0, rows: a.shape[transposeA ? 1 : 0], columns: b.shape[transposeB ? 0 : 1])
    try Kernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: product)
    context.setOutput(0, product)
  }
}

extension DType {
  /// What matrix products are defined for.
  static let matrix: Set<DType> = Set<DType>.inexact.union([.int32, .int64])
}
