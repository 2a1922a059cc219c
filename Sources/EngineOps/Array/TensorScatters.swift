import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// A copy of `tensor` in which the slices at `indices` are combined with `updates`.
  static func tensorScatter(
    _ name: String, _ operation: ScatterOperation, indexTypes: Set<DType>, gradient: GradientRule
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("tensor", "T"), .tensor("indices", "Tindices"), .tensor("updates", "T")],
      outputs: [.tensor("output", "T")], attributes: [.type("T"), .type("Tindices", indexTypes)],
      shape: { context in
        try checkUpdates(context.input(2), context.input(1), shape: context.input(0))
        return [context.input(0)]
      }, gradient: gradient,
      sample: OpSample([
        .init([4, 2], .uniform(-2, 2)), .init([2, 1], .fixed([1, 3]), dtype: .int32), .init([2, 2], .uniform(-2, 2)),
      ])
    ) { context in
      let (x, indices, updates) = (context.inputs[0], context.inputs[1], context.inputs[2])
      try checkUpdates(updates, indices, shape: x.shape)
      let (rows, inner) = try indexedRows(indices, shape: x.shape, what: "tensor")
      let y = try x.copied()
      try Kernels.scatter(operation, y, rows: rows, inner: inner, updates)
      context.setOutput(0, y)
    }
  }
}
