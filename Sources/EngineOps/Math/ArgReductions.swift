import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The position of an extreme element along an axis, the first of equals.
  static func argReduction(_ name: String, largest: Bool, indexTypes: Set<DType>, outputTypes: Set<DType>)
    -> OpDefinition
  {
    OpDefinition(
      name, inputs: [.tensor("input", "T"), .tensor("dimension", "Tidx")], outputs: [.tensor("output", "output_type")],
      attributes: [
        .type("T", Set<DType>.real.union([.bool])), .type("Tidx", indexTypes, default: .int32),
        .type("output_type", outputTypes, default: .int64),
      ],
      shape: { context in
        guard let rank = context.input(0).rank else { return [.unknown] }
        if rank <= 1 {
          if let axis = try context.constantInts(1)?.first { try checkArgAxis(axis, rank: rank) }
          return [.scalar]
        }
        guard let axis = try context.constantInts(1)?.first else { return [.unknown(rank: rank - 1)] }
        try checkArgAxis(axis, rank: rank)
        return [context.input(0).removing(axis: axis)]
      }, gradient: .none,
      sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([], .fixed([1]), dtype: .int32, isConstant: true)])
    ) { context in
      let x = context.inputs[0]
      let given = try context.integer(1)
      try checkArgAxis(given, rank: x.rank)
      let axis = given < 0 ? given + x.rank : given
      guard x.shape[axis] > 0 else {
        throw EngineError.invalidArgument(
          "Reduction axis \(given) is empty in shape \(x.bracketedShape)")
      }
      var shape = x.shape
      shape.remove(at: axis)
      let y = try Tensor(uninitialized: context.node.outputTypes[0], shape: shape)
      try Kernels.argReduce(x.dtype == .bool ? try x.bitcast(.uint8) : x, axis: axis, largest: largest, into: y)
      context.setOutput(0, y)
    }
  }

  private static func checkArgAxis(_ axis: Int, rank: Int) throws {
    guard axis >= -rank, axis < rank else {
      throw EngineError.invalidArgument(
        "Dimension (\(axis)) must be in the range [\(-rank), \(rank)), where \(rank) is the number of dimensions in the input."
      )
    }
  }
}
