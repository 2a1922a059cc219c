import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The paddings of an op: for each axis how many elements to add before and after.
  static func paddings(_ context: KernelContext, rank: Int) throws -> [(before: Int, after: Int)] {
    let tensor = context.inputs[1]
    guard tensor.rank == 2, tensor.shape[1] == 2, tensor.shape[0] == rank else {
      throw EngineError.invalidArgument(
        "The first dimension of paddings must be the rank of inputs [\(rank),2], got shape \(tensor.bracketedShape)")
    }
    let flat = try context.integers(1)
    return try (0..<rank).map { axis in
      guard flat[2 * axis] >= 0, flat[2 * axis + 1] >= 0 else {
        throw EngineError.invalidArgument("Paddings must be non-negative: \(flat[2 * axis]) \(flat[2 * axis + 1])")
      }
      return (flat[2 * axis], flat[2 * axis + 1])
    }
  }

  /// The shape after adding (or with `sign` -1 removing) what the paddings say.
  static func paddedShape(_ context: ShapeContext, sign: Int = 1) throws -> [Shape] {
    let paddings = context.input(1)
    try paddings.requireRank(2)
    if let columns = paddings[1], columns != 2 { throw EngineError.value("Dimension must be 2 but is \(columns)") }
    let x = context.input(0)
    if let a = x.rank, let b = paddings[0], a != b {
      throw EngineError.value("Shape must be rank \(b) but is rank \(a)")
    }
    guard let rank = x.rank ?? paddings[0] else { return [.unknown] }
    guard let flat = try context.constantInts(1), flat.count == 2 * rank else { return [.unknown(rank: rank)] }
    return [
      Shape(
        try (0..<rank).map { axis in
          guard let size = x[axis] else { return nil }
          let padded = size &+ sign &* (flat[2 * axis] &+ flat[2 * axis + 1])
          guard padded >= 0 else {
            throw EngineError.value("Padding axis \(axis) of size \(size) gives size \(padded)")
          }
          return padded
        })
    ]
  }

  static func runPad(_ context: KernelContext, value: Tensor?) throws {
    let x = context.inputs[0]
    let paddings = try paddings(context, rank: x.rank)
    if paddings.allSatisfy({ $0 == (0, 0) }) {
      context.setOutput(0, context.takeInput(0))
      return
    }
    let shape = zip(x.shape, paddings).map { $0 &+ $1.before &+ $1.after }
    guard zip(shape, x.shape).allSatisfy({ $0 >= $1 }) else {
      throw EngineError.invalidArgument("Paddings \(paddings) are too large")
    }
    let y: Tensor
    if let value {
      y = try Tensor(uninitialized: x.dtype, shape: shape)
      try Kernels.fill(y, with: value)
    } else {
      y = try Tensor(zeros: x.dtype, shape: shape)
    }
    try Kernels.paste(x, into: y, begin: paddings.map(\.before))
    context.setOutput(0, y)
  }

  /// The inner part of dy.
  static func padGradient(_ context: GradientContext) throws -> Gradient {
    let (graph, paddings) = (context.graph, context.input(1))
    let zeros = try graph.constant([Int32(0), 0])
    let befores = try graph.op(
      "StridedSlice", paddings, zeros, try graph.constant([Int32(0), 1]), try graph.constant([Int32(1), 1]),
      attributes: ["begin_mask": .int(3), "end_mask": .int(1), "shrink_axis_mask": .int(2)])
    let size = try graph.shapeVector(of: context.input(0), paddings.dtype)
    return .dense(try graph.op("Slice", try context.gradient(), befores, size))
  }
}
