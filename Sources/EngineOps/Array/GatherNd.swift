import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Slices of `params` at the positions that the vectors in the last axis of `indices` give.
  static let gatherNd = OpDefinition(
    "GatherNd", inputs: [.tensor("params", "Tparams"), .tensor("indices", "Tindices")],
    outputs: [.tensor("output", "Tparams")],
    attributes: [.type("Tparams"), .type("Tindices", [.int16, .int32, .int64])],
    shape: { context in
      let (x, indices) = (context.input(0), context.input(1))
      if indices.rank == 0 { throw EngineError.value("Shape must be at least rank 1 but is rank 0") }
      guard let n = indices.dimensions, let last = n.last, let depth = last, let dimensions = x.dimensions else {
        return [.unknown]
      }
      guard depth <= dimensions.count else {
        throw EngineError.value(
          "indices.shape[-1] must be <= params.rank, but saw indices shape: \(indices.bracketed) and params shape: \(x.bracketed)"
        )
      }
      return [Shape(n.dropLast() + dimensions[depth...])]
    },
    gradient: .rule { context in
      let (graph, x, indices, dy) = (context.graph, context.input(0), context.input(1), try context.gradient())
      if indices.shape.rank == 2, indices.shape[1] == 1 {
        let rows = try graph.op("Squeeze", indices, attributes: ["squeeze_dims": .ints([1])])
        let shape = try graph.shapeVector(of: x, indices.dtype == .int16 ? .int32 : indices.dtype)
        return [.slices(IndexedSlices(values: dy, indices: try graph.cast(rows, shape.dtype), denseShape: shape)), nil]
      }
      let positions = indices.dtype == .int16 ? try graph.cast(indices, .int32) : indices
      let shape = try graph.shapeVector(of: x, positions.dtype)
      return [.dense(try graph.op("ScatterNd", positions, dy, shape)), nil]
    },
    sample: OpSample([.init([2, 3, 2], .uniform(-2, 2)), .init([3, 2], .fixed([0, 1, 1, 2, 0, 1]), dtype: .int32)])
  ) { context in
    let (x, indices) = (context.inputs[0], context.inputs[1])
    let (rows, inner) = try indexedRows(indices, shape: x.shape, what: "param")
    let y = try Tensor(
      uninitialized: x.dtype, shape: Array(indices.shape.dropLast()) + x.shape[(indices.shape.last ?? 0)...])
    let slices = x.shape[..<(indices.shape.last ?? 0)].reduce(1, &*)
    try Kernels.gather(x, rows, batch: 1, outer: 1, axisSize: slices, inner: inner, into: y)
    context.setOutput(0, y)
  }
}
