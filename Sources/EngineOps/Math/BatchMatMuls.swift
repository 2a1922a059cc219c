import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Products of stacks of matrices. `x: [..., m, k]`, `y: [..., k, n]`; leading axes are broadcast if the op says so.
  static func matMulOfBatches(_ name: String, types: Set<DType>, broadcastsBatch: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("y", "T")], outputs: [.tensor("output", "T")],
      attributes: [.type("T", types), .bool("adj_x", false), .bool("adj_y", false)],
      shape: { context in
        let (x, y) = (context.input(0), context.input(1))
        guard let a = x.dimensions, let b = y.dimensions else { return [.unknown] }
        for rank in [a.count, b.count] where rank < 2 {
          throw EngineError.value("Shape must be at least rank 2 but is rank \(rank)")
        }
        let (adjointX, adjointY) = (context.node.bool("adj_x"), context.node.bool("adj_y"))
        if let inner = x[adjointX ? -2 : -1], let other = y[adjointY ? -1 : -2], inner != other {
          throw EngineError.value("Dimensions must be equal, but are \(inner) and \(other)")
        }
        let (batchX, batchY) = (Shape(Array(a.dropLast(2))), Shape(Array(b.dropLast(2))))
        let batch = broadcastsBatch ? try Shape.broadcast(batchX, batchY) : try ShapeContext.merge(batchX, batchY)
        return [batch.concatenated(with: [x[adjointX ? -1 : -2], y[adjointY ? -2 : -1]])]
      },
      gradient: .rule { context in
        let (graph, node) = (context.graph, context.node)
        let (x, y, dz) = (context.input(0), context.input(1), try context.gradient())
        func product(_ a: Output, _ b: Output, _ adjointA: Bool, _ adjointB: Bool, of input: Output) throws -> Gradient
        {
          let full = try graph.op(name, a, b, attributes: ["adj_x": .bool(adjointA), "adj_y": .bool(adjointB)])
          return .dense(broadcastsBatch ? try graph.sumToShape(full, of: input) : full)
        }
        switch (node.bool("adj_x"), node.bool("adj_y")) {
        case (false, false): return [try product(dz, y, false, true, of: x), try product(x, dz, true, false, of: y)]
        case (false, true): return [try product(dz, y, false, false, of: x), try product(dz, x, true, false, of: y)]
        case (true, false): return [try product(y, dz, false, true, of: x), try product(x, dz, false, false, of: y)]
        case (true, true): return [try product(y, dz, true, true, of: x), try product(dz, x, true, true, of: y)]
        }
      },
      sample: OpSample(
        [.init(broadcastsBatch ? [2, 1, 2, 3] : [2, 2, 3], .uniform(-2, 2)), .init([2, 4, 3], .uniform(-2, 2))],
        attributes: ["adj_y": .bool(true)])
    ) { context in
      let (x, y) = (context.inputs[0], context.inputs[1])
      let (adjointX, adjointY) = (context.node.bool("adj_x"), context.node.bool("adj_y"))
      guard x.rank >= 2, y.rank >= 2 else {
        throw EngineError.invalidArgument("In[0] and In[1] ndims must be >= 2, got \(x.rank) and \(y.rank)")
      }
      let (batchX, batchY) = (Array(x.shape.dropLast(2)), Array(y.shape.dropLast(2)))
      guard let batch = Shape.broadcast(batchX, batchY), broadcastsBatch || batchX == batchY else {
        throw EngineError.invalidArgument(
          "In[0] and In[1] must have compatible batch dimensions: \(x.bracketedShape) vs. \(y.bracketedShape)")
      }
      let (rowsX, columnsX) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
      let (rowsY, columnsY) = (y.shape[y.rank - 2], y.shape[y.rank - 1])
      guard (adjointX ? rowsX : columnsX) == (adjointY ? columnsY : rowsY) else {
        throw EngineError.invalidArgument(
          "Matrix size-incompatible: In[0]: \(x.bracketedShape), In[1]: \(y.bracketedShape)")
      }
      let z = try Tensor(
        uninitialized: x.dtype, shape: batch + [adjointX ? columnsX : rowsX, adjointY ? rowsY : columnsY])
      try Kernels.matmul(
        adjointX ? conjugated(x) : x, adjointY ? conjugated(y) : y, transposeA: adjointX, transposeB: adjointY, into: z)
      context.setOutput(0, z)
    }
  }

  /// An adjoint is the transpose with conjugate elements, where these are complex.
  private static func conjugated(_ x: Tensor) throws -> Tensor {
    guard x.dtype.isComplex else { return x }
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.conjugate(x, into: y)
    return y
  }
}
