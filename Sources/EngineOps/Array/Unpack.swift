import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The slices along an axis, without that axis: the opposite of `Pack`.
  static let unpack = OpDefinition(
    "Unpack", inputs: [.tensor("value", "T")], outputs: [.repeated("output", count: "num", "T")],
    attributes: [.int("num"), .type("T"), .int("axis", 0)],
    shape: { context in
      let count = context.node.int("num")
      guard let dimensions = context.input(0).dimensions else { return [Shape](repeating: .unknown, count: count) }
      let axis = try unpackAxis(context.node.int("axis"), rank: dimensions.count)
      if let size = dimensions[axis], size != count {
        throw EngineError.value("Dimension must be \(count) but is \(size)")
      }
      return [Shape](repeating: context.input(0).removing(axis: axis), count: count)
    },
    gradient: .rule { context in
      let parts = try context.outputGradients.indices.map { try context.gradient($0) }
      if parts.isEmpty { return [nil] }
      return [
        .dense(try context.graph.op("Pack", arguments: [parts], attributes: ["axis": .int(context.node.int("axis"))]))
      ]
    },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))], attributes: ["num": .int(3), "axis": .int(1)])
  ) { context in
    let x = context.inputs[0]
    let axis = try unpackAxis(context.node.int("axis"), rank: x.rank)
    let count = context.node.outputTypes.count
    guard x.shape[axis] == count else {
      throw EngineError.invalidArgument("Input shape axis \(axis) must equal \(count), got shape \(x.bracketedShape)")
    }
    var (slice, begin) = (x.shape, [Int](repeating: 0, count: x.rank))
    slice[axis] = 1
    var shape = x.shape
    shape.remove(at: axis)
    for index in 0..<count {
      let part = try Tensor(uninitialized: x.dtype, shape: slice)
      begin[axis] = index
      try Kernels.slice(x, begin: begin, into: part)
      context.setOutput(index, try part.reshaped(shape))
    }
  }

  private static func unpackAxis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw EngineError.invalidArgument("axis = \(axis) not in [\(-rank), \(rank))")
    }
    return axis < 0 ? axis + rank : axis
  }
}
