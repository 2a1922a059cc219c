import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The rows of `value` in random order.
  static let randomShuffle = OpDefinition(
    "RandomShuffle", inputs: [.tensor("value", "T")], outputs: [.tensor("output", "T")],
    attributes: [.int("seed", 0), .int("seed2", 0), .type("T")], isStateful: true, shape: ShapeContext.sameAsFirst,
    gradient: .undefined
  ) { context in
    let value = context.inputs[0]
    guard let count = value.shape.first, value.elementCount > 1, count > 1 else {
      context.setOutput(0, value)
      return
    }
    var order = (0..<count).map { Int64($0) }
    // One word each for all rows but the last, in blocks of four.
    var words = PhiloxStream(RandomState.of(context).reserve((count - 1 + 3) / 4))
    for index in 0..<(count - 1) {
      let other = index + Int(words.next() % UInt32(truncatingIfNeeded: count - index))
      order.swapAt(index, other)
    }
    let output = try Tensor(uninitialized: value.dtype, shape: value.shape)
    try Kernels.gatherRows(value, try Tensor(order, shape: [count]), into: output)
    context.setOutput(0, output)
  }
}
