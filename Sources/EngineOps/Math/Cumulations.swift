import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Running sums or products along an axis.
  static func cumulation(
    _ name: String, _ operation: ReductionOperation, sample: OpSample, gradient: GradientRule
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("axis", "Tidx")], outputs: [.tensor("out", "T")],
      attributes: [
        .bool("exclusive", false), .bool("reverse", false), .type("T", .numeric),
        .type("Tidx", .index, default: .int32),
      ],
      shape: { context in
        if let rank = context.input(0).rank, let axis = try context.constantInts(1)?.first {
          _ = try cumulationAxis(axis, rank: rank)
        }
        return [context.input(0)]
      }, gradient: gradient, sample: sample
    ) { context in
      let axis = try cumulationAxis(try context.integer(1), rank: context.inputs[0].rank)
      let y = try Tensor(uninitialized: context.inputs[0].dtype, shape: context.inputs[0].shape)
      try Kernels.cumulate(
        operation, context.inputs[0], axis: axis, exclusive: context.node.bool("exclusive"),
        reverse: context.node.bool("reverse"), into: y)
      context.setOutput(0, y)
    }
  }

  private static func cumulationAxis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw EngineError.invalidArgument(
        "ScanOp: Expected scan axis in the range [\(-rank), \(rank)), but got \(axis)")
    }
    return axis < 0 ? axis + rank : axis
  }
}
