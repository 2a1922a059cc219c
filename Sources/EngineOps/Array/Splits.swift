import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// What `Split` and `SplitV` share.
  static func splitAxis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw EngineError.invalidArgument("-input rank(-\(rank)) <= split_dim < input rank (\(rank)), but got \(axis)")
    }
    return axis < 0 ? axis + rank : axis
  }

  static func runSplit(_ x: Tensor, sizes: [Int], axis: Int, _ context: KernelContext) throws {
    var (shape, begin) = (x.shape, [Int](repeating: 0, count: x.rank))
    for (index, size) in sizes.enumerated() {
      shape[axis] = size
      let part = try Tensor(uninitialized: x.dtype, shape: shape)
      try Kernels.slice(x, begin: begin, into: part)
      begin[axis] += size
      context.setOutput(index, part)
    }
  }

  /// The parts' gradients joined again.
  static func splitGradient(_ context: GradientContext, axis: Output) throws -> Gradient {
    let parts = try context.outputGradients.indices.map { try context.gradient($0) }
    if parts.count == 1 { return .dense(parts[0]) }
    return .dense(try context.graph.op("ConcatV2", arguments: [parts, [axis]]))
  }
}
