import EngineCore
import EngineGraph

extension OpDefinition {
  /// Spatial axes are padded with zeros and cut into blocks; the positions in a block become a part of the batch.
  static let spaceToBatchND = OpDefinition(
    "SpaceToBatchND",
    inputs: [.tensor("input", "T"), .tensor("block_shape", "Tblock_shape"), .tensor("paddings", "Tpaddings")],
    outputs: [.tensor("output", "T")],
    attributes: [
      .type("T"), .type("Tblock_shape", .index, default: .int32), .type("Tpaddings", .index, default: .int32),
    ], shape: { [try spaceBatchShape($0, toBatch: true)] },
    gradient: .rule { context in
      let dx = try context.graph.op("BatchToSpaceND", try context.gradient(), context.input(1), context.input(2))
      return [.dense(dx), nil, nil]
    },
    sample: OpSample([
      .init([2, 3, 4, 2], .uniform(-2, 2)), .init([2], .fixed([2, 3]), dtype: .int32, isConstant: true),
      .init([2, 2], .fixed([1, 0, 1, 1]), dtype: .int32, isConstant: true),
    ])
  ) { context in
    let x = context.inputs[0]
    let (block, pads) = try blocks(context, rank: x.rank)
    var shape = x.shape
    shape[0] = shape[0] &* block.reduce(1, &*)
    for (axis, size) in block.enumerated() {
      let padded = x.shape[axis + 1] + pads[axis].0 + pads[axis].1
      guard padded % size == 0 else {
        throw EngineError.invalidArgument(
          "padded_shape[\(axis)]=\(padded) is not divisible by block_shape[\(axis)]=\(size)")
      }
      shape[axis + 1] = padded / size
    }
    let y = try Tensor(zeros: x.dtype, shape: shape)
    try moveBlocks(space: x, batch: y, block: block, pads: pads, toBatch: true)
    context.setOutput(0, y)
  }
}
