import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// For each position of the batch axis, the first `seq_lengths[b]` elements along `seq_dim` turned around.
  static let reverseSequence = OpDefinition(
    "ReverseSequence", inputs: [.tensor("input", "T"), .tensor("seq_lengths", "Tlen")],
    outputs: [.tensor("output", "T")],
    attributes: [.int("seq_dim"), .int("batch_dim", 0), .type("T"), .type("Tlen", .index, default: .int64)],
    shape: { context in
      let x = context.input(0)
      _ = try context.input(1, rank: 1)
      if let rank = x.rank {
        let (sequence, batch) = (context.node.int("seq_dim"), context.node.int("batch_dim"))
        guard sequence < rank, batch < rank, sequence >= 0, batch >= 0 else {
          throw EngineError.value("batch_dim and seq_dim must be < input rank (\(batch), \(sequence) vs. \(rank))")
        }
        if let a = x[batch], let b = context.input(1)[0], a != b {
          throw EngineError.value("Dimensions must be equal, but are \(a) and \(b)")
        }
      }
      return [x]
    },
    gradient: .rule { context in
      let node = context.node
      let dx = try context.graph.op(
        "ReverseSequence", try context.gradient(), context.input(1),
        attributes: ["seq_dim": .int(node.int("seq_dim")), "batch_dim": .int(node.int("batch_dim"))])
      return [.dense(dx), nil]
    },
    sample: OpSample(
      [.init([2, 4, 2], .uniform(-2, 2)), .init([2], .fixed([3, 2]), dtype: .int64)], attributes: ["seq_dim": .int(1)])
  ) { context in
    let (x, lengths) = (context.inputs[0], try context.integers(1))
    let (sequence, batch) = (context.node.int("seq_dim"), context.node.int("batch_dim"))
    guard sequence >= 0, batch >= 0, sequence < x.rank, batch < x.rank, sequence != batch else {
      throw EngineError.invalidArgument("batch_dim == seq_dim == \(batch), or out of range for rank \(x.rank)")
    }
    guard lengths.count == x.shape[batch] else {
      throw EngineError.invalidArgument(
        "Length of seq_lengths != input.dims(\(batch)), (\(lengths.count) vs. \(x.shape[batch]))")
    }
    let y = try Tensor(uninitialized: x.dtype, shape: x.shape)
    let strides = StridedWalk.strides(x.shape)
    for (b, length) in lengths.enumerated() {
      guard length >= 0, length <= x.shape[sequence] else {
        throw EngineError.invalidArgument("seq_lengths(\(b)) > input.dims(\(sequence)), or negative: \(length)")
      }
      let base = b * strides[batch]
      var walk = StridedWalk(
        shape: x.shape, sourceStrides: strides, destinationStrides: strides, sourceOffset: base, destinationOffset: base
      )
      walk.shape[batch] = 1
      walk.shape[sequence] = length
      if length > 0 {
        walk.sourceStrides[sequence] = -strides[sequence]
        walk.sourceOffset += (length - 1) * strides[sequence]
        try Kernels.copy(x, into: y, walk)
      }
      walk.sourceStrides[sequence] = strides[sequence]
      walk.shape[sequence] = x.shape[sequence] - length
      walk.sourceOffset = base + length * strides[sequence]
      walk.destinationOffset = walk.sourceOffset
      try Kernels.copy(x, into: y, walk)
    }
    context.setOutput(0, y)
  }
}
