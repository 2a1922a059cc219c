import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A tensor full of `default_value` with `sparse_values` at the positions that `sparse_indices` lists.
  static let sparseToDense = OpDefinition(
    "SparseToDense",
    inputs: [
      .tensor("sparse_indices", "Tindices"), .tensor("output_shape", "Tindices"), .tensor("sparse_values", "T"),
      .tensor("default_value", "T"),
    ], outputs: [.tensor("dense", "T")],
    attributes: [.bool("validate_indices", true), .type("T"), .type("Tindices", .index)],
    shape: { [try $0.shape(fromInput: 1)] },
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      let values = try graph.op("GatherNd", dy, context.input(0))
      func total(_ x: Output) throws -> Output {
        try graph.op("Sum", try graph.reshape(x, try graph.constant([Int32(-1)])), try graph.constant([Int32(0)]))
      }
      let rest = try graph.sub(try total(dy), try total(values))
      return [nil, nil, .dense(values), .dense(rest)]
    },
    sample: OpSample([
      .init([2, 2], .fixed([0, 1, 1, 2]), dtype: .int32), .init([2], .fixed([2, 3]), dtype: .int32, isConstant: true),
      .init([2], .uniform(-2, 2)), .init([], .uniform(-2, 2)),
    ])
  ) { context in
    let (indices, shape, values) = (context.inputs[0], try context.integers(1), context.inputs[2])
    guard shape.allSatisfy({ $0 >= 0 }) else { throw EngineError.invalidArgument("output_shape \(shape) is negative") }
    guard indices.rank <= 2, context.inputs[3].rank == 0 else {
      throw EngineError.invalidArgument(
        "sparse_indices should be a scalar, vector, or matrix and default_value a scalar, got shapes "
          + "\(indices.bracketedShape) and \(context.inputs[3].bracketedShape)")
    }
    let count = indices.rank == 0 ? 1 : indices.shape[0]
    let depth = indices.rank == 2 ? indices.shape[1] : 1
    guard depth == shape.count else {
      throw EngineError.invalidArgument(
        "output_shape has incorrect number of elements: \(shape.count) should be: \(depth)")
    }
    guard values.rank == 0 || values.shape == [count] else {
      throw EngineError.invalidArgument(
        "sparse_values has incorrect shape \(values.bracketedShape), should be [] or [\(count)]")
    }
    let (rows, _) = try indexedRows(try indices.reshaped([count, depth]), shape: shape, what: "output")
    if context.node.bool("validate_indices") {
      for (n, row) in rows.enumerated().dropFirst() where row <= rows[n - 1] {
        throw EngineError.invalidArgument("indices[\(n)] is \(row == rows[n - 1] ? "repeated" : "out of order")")
      }
    }
    let dense = try Tensor(uninitialized: values.dtype, shape: shape)
    try Kernels.fill(dense, with: context.inputs[3])
    let spread = try Tensor(uninitialized: values.dtype, shape: [count])
    try Kernels.broadcast(values, into: spread)
    try Kernels.scatter(.assign, dense, rows: rows, inner: 1, spread)
    context.setOutput(0, dense)
  }
}
