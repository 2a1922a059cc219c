import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Moves blocks of pixels between space and depth. `x: [n, h, w, c]` or `[n, c, h, w]`.
  static func runDepthSpace(_ context: KernelContext, toDepth: Bool) throws {
    let (x, block) = (context.inputs[0], context.node.int("block_size"))
    let channelsFirst = context.node.string("data_format") == "NCHW"
    guard context.node.string("data_format") != "NCHW_VECT_C" else {
      throw EngineError.unimplemented("data format NCHW_VECT_C is not supported")
    }
    guard x.rank == 4, block > 0 else {
      throw EngineError.invalidArgument(
        "input must have rank 4 and block_size be positive, got \(x.bracketedShape), \(block)")
    }
    let shape = try depthSpaceShape(Shape(known: x.shape), block, channelsFirst: channelsFirst, toDepth: toDepth)
    let y = try Tensor(uninitialized: x.dtype, shape: shape.known ?? [])
    let spatial = toDepth ? y.shape : x.shape
    let small = toDepth ? x.shape : y.shape
    let (n, h, w) = channelsFirst ? (x.shape[0], spatial[2], spatial[3]) : (x.shape[0], spatial[1], spatial[2])
    let c = channelsFirst ? small[1] : small[3]
    // Both sides seen with six axes: batch, row, row in block, column, column in block, channel.
    let wide = [n, h, block, w, block, c]
    let wideSteps =
      channelsFirst
      ? [c * h * block * w * block, block * w * block, w * block, block, 1, h * block * w * block]
      : StridedWalk.strides(wide)
    let deepSteps =
      channelsFirst
      ? [block * block * c * h * w, w, block * c * h * w, 1, c * h * w, h * w]
      : [h * w * block * block * c, w * block * block * c, block * c, block * block * c, c, 1]
    try Kernels.copy(
      x, into: y,
      StridedWalk(
        shape: wide, sourceStrides: toDepth ? wideSteps : deepSteps, destinationStrides: toDepth ? deepSteps : wideSteps
      ))
    context.setOutput(0, y)
  }

  static func depthSpaceShape(_ x: Shape, _ block: Int, channelsFirst: Bool, toDepth: Bool) throws -> Shape {
    try x.requireRank(4)
    guard var dimensions = x.dimensions else { return .unknown(rank: 4) }
    let (h, w, c) = channelsFirst ? (2, 3, 1) : (1, 2, 3)
    func divide(_ axis: Int, by divisor: Int) throws {
      guard let size = dimensions[axis] else { return }
      guard size % divisor == 0 else {
        throw EngineError.invalidArgument("Dimension size must be evenly divisible by \(divisor) but is \(size)")
      }
      dimensions[axis] = size / divisor
    }
    if toDepth {
      try divide(h, by: block)
      try divide(w, by: block)
      dimensions[c] = dimensions[c].map { $0 &* block &* block }
    } else {
      try divide(c, by: block * block)
      dimensions[h] = dimensions[h].map { $0 &* block }
      dimensions[w] = dimensions[w].map { $0 &* block }
    }
    return Shape(dimensions)
  }

  static func depthSpace(_ name: String, toDepth: Bool, inverse: String, sampleShape: [Int]) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
      attributes: [
        .type("T"), .int("block_size"), .string("data_format", "NHWC", oneOf: ["NHWC", "NCHW", "NCHW_VECT_C"]),
      ],
      shape: { context in
        let node = context.node
        guard node.int("block_size") >= 2 else {
          throw EngineError.value("Value for attr 'block_size' of \(node.int("block_size")) must be at least minimum 2")
        }
        guard node.int("block_size") <= Int(Int32.max) else {
          throw EngineError.value("Value for attr 'block_size' of \(node.int("block_size")) is too large")
        }
        return [
          try depthSpaceShape(
            context.input(0), node.int("block_size"), channelsFirst: node.string("data_format") == "NCHW",
            toDepth: toDepth)
        ]
      },
      gradient: .rule { context in
        let dx = try context.graph.op(
          inverse, try context.gradient(),
          attributes: [
            "block_size": .int(context.node.int("block_size")),
            "data_format": .string(context.node.string("data_format")),
          ])
        return [.dense(dx)]
      }, sample: OpSample([.init(sampleShape, .uniform(-2, 2))], attributes: ["block_size": .int(2)])
    ) { try runDepthSpace($0, toDepth: toDepth) }
  }
}
