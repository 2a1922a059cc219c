import EngineCore
import EngineGraph

extension OpDefinition {
  /// The opposite of `SpaceToBatchND`: blocks go back in place, then the borders are cropped.
  static let batchToSpaceND = OpDefinition(
    "BatchToSpaceND",
    inputs: [.tensor("input", "T"), .tensor("block_shape", "Tblock_shape"), .tensor("crops", "Tcrops")],
    outputs: [.tensor("output", "T")],
    attributes: [
      .type("T"), .type("Tblock_shape", .index, default: .int32), .type("Tcrops", .index, default: .int32),
    ], shape: { [try spaceBatchShape($0, toBatch: false)] },
    gradient: .rule { context in
      let dx = try context.graph.op("SpaceToBatchND", try context.gradient(), context.input(1), context.input(2))
      return [.dense(dx), nil, nil]
    },
    sample: OpSample([
      .init([12, 2, 2, 2], .uniform(-2, 2)), .init([2], .fixed([2, 3]), dtype: .int32, isConstant: true),
      .init([2, 2], .fixed([1, 0, 1, 1]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let x = context.inputs[0]
    let (block, crops) = try blocks(context, rank: x.rank)
    var shape = x.shape
    let product = block.reduce(1, &*)
    guard product > 0, x.shape[0] % product == 0 else {
      throw EngineError.invalidArgument(
        "Input batch dimension (\(x.shape[0])) is not divisible by product of block sizes (\(product))")
    }
    shape[0] = x.shape[0] / product
    for (axis, size) in block.enumerated() {
      shape[axis + 1] = x.shape[axis + 1] * size - crops[axis].0 - crops[axis].1
      guard shape[axis + 1] >= 0 else {
        throw EngineError.invalidArgument("crops of axis \(axis) are larger than its size \(x.shape[axis + 1] * size)")
      }
    }
    let y = try Tensor(uninitialized: x.dtype, shape: shape)
    try moveBlocks(space: y, batch: x, block: block, pads: crops, toBatch: false)
    context.setOutput(0, y)
  }
}
