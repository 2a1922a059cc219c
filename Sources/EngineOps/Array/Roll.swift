import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The input with its elements moved along `axis` by `shift`; what leaves at one end comes back at the other.
  static let roll = OpDefinition(
    "Roll", inputs: [.tensor("input", "T"), .tensor("shift", "Tshift"), .tensor("axis", "Taxis")],
    outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Tshift", .index), .type("Taxis", .index)], shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let graph = context.graph
      let back = try graph.op("Neg", context.input(1))
      return [.dense(try graph.op("Roll", try context.gradient(), back, context.input(2))), nil, nil]
    },
    sample: OpSample([
      .init([3, 4], .uniform(-2, 2)), .init([], .fixed([1]), dtype: .int32), .init([], .fixed([1]), dtype: .int32),
    ])
  ) { context in
    let x = context.inputs[0]
    guard x.rank >= 1 else { throw EngineError.invalidArgument("input must be 1-D or higher") }
    let (shifts, axes) = (try context.integers(1), try context.integers(2))
    guard context.inputs[1].rank <= 1, context.inputs[1].shape == context.inputs[2].shape else {
      throw EngineError.invalidArgument("shift and axis must have the same size")
    }
    var total = [Int](repeating: 0, count: x.rank)
    for (shift, axis) in zip(shifts, axes) {
      guard axis >= -x.rank, axis < x.rank else { throw EngineError.invalidArgument("axis \(axis) is out of range") }
      let place = axis < 0 ? axis + x.rank : axis
      let size = x.shape[place]
      if size > 0 { total[place] = (total[place] + shift % size + size) % size }
    }
    var result = x
    for (axis, shift) in total.enumerated() where shift != 0 {
      let inner = x.shape[(axis + 1)...].reduce(1, *)
      let (outer, size) = (x.shape[..<axis].reduce(1, *), x.shape[axis])
      let moved = try Tensor(uninitialized: x.dtype, shape: x.shape)
      // The two parts change places.
      for (count, source, target) in [(size - shift, 0, shift), (shift, size - shift, 0)] {
        try Kernels.copy(
          result, into: moved,
          StridedWalk(
            shape: [outer, count * inner], sourceStrides: [size * inner, 1], destinationStrides: [size * inner, 1],
            sourceOffset: source * inner, destinationOffset: target * inner))
      }
      result = moved
    }
    context.setOutput(0, result)
  }
}
