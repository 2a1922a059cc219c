import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `|x − y| < tolerance`, for tensors of one shape.
  static let approximateEqual = OpDefinition(
    "ApproximateEqual", inputs: [.tensor("x", "T"), .tensor("y", "T")], outputs: [.tensor("z", .bool)],
    attributes: [.type("T", .numeric), .float("tolerance", 1e-5)], isCommutative: true,
    shape: { [try ShapeContext.merge($0.input(0), $0.input(1))] }, gradient: .none,
    sample: OpSample([.init([2, 3], .integers(0..<3)), .init([2, 3], .integers(0..<3))])
  ) { context in
    let (x, y) = (context.inputs[0], context.inputs[1])
    guard x.shape == y.shape else { throw incompatible(x, y) }
    let difference = try Tensor(uninitialized: x.dtype, shape: x.shape)
    try Kernels.binary(.subtract, x, y, into: difference)
    if !x.dtype.isInteger || x.dtype.isSigned { try Kernels.unary(.abs, difference, into: difference) }
    let tolerance = try Tensor(scalar: Double(context.node.float("tolerance")), dtype: x.dtype)
    let z = try Tensor(uninitialized: .bool, shape: x.shape)
    try Kernels.compare(.less, difference, tolerance, into: z)
    context.setOutput(0, z)
  }
}
