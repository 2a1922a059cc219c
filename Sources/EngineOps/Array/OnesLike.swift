import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Ones of x's shape.
  static let onesLike = OpDefinition(
    "OnesLike", inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T")],
    attributes: [.type("T", .numeric.union([.bool]))], shape: ShapeContext.sameAsFirst, gradient: .none,
    sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { context in
    let x = context.inputs[0]
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.fill(y, with: try Tensor(scalar: 1, dtype: x.dtype))
    context.setOutput(0, y)
  }
}
