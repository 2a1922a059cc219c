import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Zeros of the given shape with `updates` added at the positions that the vectors in `indices` give.
  static let scatterNd = OpDefinition(
    "ScatterNd", inputs: [.tensor("indices", "Tindices"), .tensor("updates", "T"), .tensor("shape", "Tindices")],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), .type("Tindices", [.int16, .int32, .int64])],
    shape: { context in
      let shape = try context.shape(fromInput: 2)
      try checkUpdates(context.input(1), context.input(0), shape: shape)
      return [shape]
    },
    gradient: .rule { context in
      [nil, .dense(try context.graph.op("GatherNd", try context.gradient(), context.input(0))), nil]
    },
    sample: OpSample([
      .init([3, 1], .fixed([1, 3, 1]), dtype: .int32), .init([3, 2], .uniform(-2, 2)),
      .init([2], .fixed([4, 2]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let (indices, updates, shape) = (context.inputs[0], context.inputs[1], try context.integers(2))
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw EngineError.invalidArgument("Shape \(shape) has negative dimensions")
    }
    try checkUpdates(updates, indices, shape: shape)
    let y = try Tensor(zeros: updates.dtype, shape: shape)
    let (rows, inner) = try indexedRows(indices, shape: shape, what: "output")
    if updates.dtype == .bool || updates.dtype == .string {
      try Kernels.scatter(.assign, y, rows: rows, inner: inner, updates)
    } else {
      try Kernels.scatter(.add, y, rows: rows, inner: inner, updates)
    }
    context.setOutput(0, y)
  }
}
