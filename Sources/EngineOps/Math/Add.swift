import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `z = x + y`, broadcast: the old form of `AddV2`, which also joins strings.
  static let add = OpDefinition(
    "Add", inputs: [.tensor("x", "T"), .tensor("y", "T")], outputs: [.tensor("z", "T")],
    attributes: [.type("T", Set<DType>.numeric.union([.string]))], broadcasts: true, shape: ShapeContext.broadcast,
    gradient: .rule { context in
      let dz = try context.gradient()
      return [.dense(dz), .dense(dz)]
    }, sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) { context in
    guard context.inputs[0].dtype == .string else { return try runBinary(.add, context) }
    let shape = try broadcastShape(context.inputs[0], context.inputs[1])
    let parts = try context.inputs.map { input in
      let wide = try Tensor(uninitialized: .string, shape: shape)
      try Kernels.broadcast(input, into: wide)
      return wide.strings
    }
    context.setOutput(0, try Tensor(strings: zip(parts[0], parts[1]).map { $0 + $1 }, shape: shape))
  }
}
