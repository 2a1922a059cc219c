import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The block sizes and paddings (or crops) of `SpaceToBatchND` and `BatchToSpaceND`.
  static func blocks(_ context: KernelContext, rank: Int) throws -> (block: [Int], pads: [(Int, Int)]) {
    let block = try context.integers(1)
    let flat = try context.integers(2)
    guard context.inputs[1].rank == 1, context.inputs[2].shape == [block.count, 2] else {
      throw EngineError.invalidArgument(
        "block_shape must be a vector and paddings or crops [\(block.count),2], got \(context.inputs[1].bracketedShape) and "
          + context.inputs[2].bracketedShape)
    }
    guard rank >= block.count + 1 else {
      throw EngineError.invalidArgument("input rank should be >= \(block.count + 1) instead of \(rank)")
    }
    guard block.allSatisfy({ $0 >= 1 && $0 < 1 << 31 }), flat.allSatisfy({ $0 >= 0 && $0 < 1 << 31 }) else {
      throw EngineError.invalidArgument("block_shape \(block) must be positive and paddings \(flat) non-negative")
    }
    return (block, block.indices.map { (flat[2 * $0], flat[2 * $0 + 1]) })
  }

  /// The static result shape; `sign` 1 moves space to batch, -1 the other way.
  static func spaceBatchShape(_ context: ShapeContext, toBatch: Bool) throws -> Shape {
    let x = context.input(0)
    guard var dimensions = x.dimensions else { return .unknown }
    guard let block = try context.constantInts(1), let flat = try context.constantInts(2), flat.count == 2 * block.count
    else { return .unknown(rank: dimensions.count) }
    guard dimensions.count >= block.count + 1 else {
      throw EngineError.value("Shape must be at least rank \(block.count + 1) but is rank \(dimensions.count)")
    }
    guard block.allSatisfy({ $0 >= 1 }), flat.allSatisfy({ $0 >= 0 }) else {
      throw EngineError.value("block_shape must be positive and paddings or crops cannot be negative")
    }
    func exactly(_ size: Int, by divisor: Int) throws -> Int {
      guard size % divisor == 0 else {
        throw EngineError.value("Dimension size must be evenly divisible by \(divisor) but is \(size)")
      }
      return size / divisor
    }
    let product = block.reduce(1, &*)
    for (index, size) in block.enumerated() {
      let padding = flat[2 * index] &+ flat[2 * index + 1]
      dimensions[index + 1] = try dimensions[index + 1].map {
        toBatch ? try exactly($0 &+ padding, by: size) : $0 &* size &- padding
      }
    }
    dimensions[0] = try dimensions[0].map { toBatch ? $0 &* product : try exactly($0, by: product) }
    return Shape(dimensions)
  }

  /// Copies between `x` with its blocks in the spatial axes and a tensor with the blocks in front of the batch axis.
  ///
  /// - Parameters:
  ///   - space: the tensor with all pixels in place, without padding.
  ///   - batch: the other; its first axis counts (block position, batch).
  static func moveBlocks(
    space: Tensor, batch: Tensor, block: [Int], pads: [(Int, Int)], toBatch: Bool
  ) throws {
    let (spaceSteps, batchSteps) = (StridedWalk.strides(space.shape), StridedWalk.strides(batch.shape))
    let images = space.shape[0]
    let positions = block.reduce(1, &*)
    for position in 0..<positions {
      var rest = position
      var offsets = [Int](repeating: 0, count: block.count)
      for axis in block.indices.reversed() {
        offsets[axis] = rest % block[axis]
        rest /= block[axis]
      }
      // Pixel p of the spatial axis is row (p + before)/block at offset (p + before) % block.
      var walk = StridedWalk(shape: space.shape, sourceStrides: spaceSteps, destinationStrides: batchSteps)
      walk.destinationOffset = position * images * batchSteps[0]
      for axis in block.indices {
        let (size, before) = (block[axis], pads[axis].0)
        let firstRow = Swift.max(0, (before - offsets[axis] + size - 1) / size)
        let firstPixel = firstRow * size + offsets[axis] - before
        let pixels = space.shape[axis + 1]
        walk.shape[axis + 1] = firstPixel >= pixels ? 0 : (pixels - firstPixel + size - 1) / size
        walk.sourceStrides[axis + 1] = spaceSteps[axis + 1] * size
        walk.sourceOffset += firstPixel * spaceSteps[axis + 1]
        walk.destinationOffset += firstRow * batchSteps[axis + 1]
      }
      if !toBatch {
        swap(&walk.sourceStrides, &walk.destinationStrides)
        swap(&walk.sourceOffset, &walk.destinationOffset)
      }
      try Kernels.copy(toBatch ? space : batch, into: toBatch ? batch : space, walk)
    }
  }
}
