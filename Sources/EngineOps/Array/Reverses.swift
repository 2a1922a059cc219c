import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The input with the order along some axes turned around.
  static func runReverse(_ context: KernelContext, axes: Set<Int>) throws {
    let x = context.inputs[0]
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    let strides = StridedWalk.strides(x.shape)
    if x.elementCount > 0 {
      let walk = StridedWalk(
        shape: x.shape, sourceStrides: strides.indices.map { axes.contains($0) ? -strides[$0] : strides[$0] },
        destinationStrides: strides, sourceOffset: axes.reduce(0) { $0 + (x.shape[$1] - 1) * strides[$1] })
      try Kernels.copy(x, into: y, walk)
    }
    context.setOutput(0, y)
  }

  static let reversible: Set<DType> = Set<DType>.numeric.union([.bool, .string])
}
