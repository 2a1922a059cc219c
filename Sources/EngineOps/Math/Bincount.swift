import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// How often each number below `size` appears, or the sum of its weights; larger numbers are left out.
  static let bincount = OpDefinition(
    "Bincount", inputs: [.tensor("arr", .int32), .tensor("size", .int32), .tensor("weights", "T")],
    outputs: [.tensor("bins", "T")], attributes: [.type("T", [.int32, .int64, .float32, .float64])],
    shape: { context in
      let size = try context.constantInts(1)?.first
      if let size, size < 0 { throw EngineError.value("size (\(size)) must be non-negative") }
      return [.vector(size)]
    }, gradient: .none,
    sample: OpSample([
      .init([6], .fixed([1, 3, 1, 0, 7, 3])), .init([], .fixed([5]), isConstant: true), .init([6], .uniform(-2, 2)),
    ])
  ) { context in
    let (numbers, size, weights) = (try context.integers(0), try context.integer(1), context.inputs[2])
    guard size >= 0 else { throw EngineError.invalidArgument("size (\(size)) must be non-negative") }
    guard weights.elementCount == 0 || weights.shape == context.inputs[0].shape else {
      throw EngineError.invalidArgument(
        "`weights` must be the same shape as `arr` or a length-0 tensor, received weights with shape \(weights.bracketedShape)"
      )
    }
    if numbers.contains(where: { $0 < 0 }) { throw EngineError.invalidArgument("Input arr must be non-negative!") }
    let bins = try Tensor(uninitialized: weights.dtype, shape: [size])
    let data: Tensor
    if weights.elementCount == 0 {
      data = try Tensor(uninitialized: weights.dtype, shape: [numbers.count])
      try Kernels.fill(data, with: try Tensor(scalar: 1, dtype: weights.dtype))
    } else {
      data = weights
    }
    try Kernels.unsortedSegment(.add, data, numbers.map { $0 < size ? $0 : -1 }, into: bins)
    context.setOutput(0, bins)
  }
}
