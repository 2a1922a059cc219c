import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The input repeated along axes of size 1, and missing leading ones, to the given shape.
  static let broadcastTo = OpDefinition(
    "BroadcastTo", inputs: [.tensor("input", "T"), .tensor("shape", "Tidx")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Tidx", .index, default: .int32)],
    shape: { context in
      let (x, target) = (context.input(0), try context.shape(fromInput: 1))
      guard let wanted = target.dimensions, let given = x.dimensions else { return [target] }
      guard given.count <= wanted.count else {
        throw EngineError.value("Input shape \(x.bracketed) must have rank at most that of \(target.bracketed)")
      }
      for (have, want) in zip(given.reversed(), wanted.reversed()) {
        if let have, let want, have != 1, have != want {
          throw EngineError.value("Dimensions must be equal, but are \(have) and \(want)")
        }
      }
      return [target]
    },
    gradient: .rule { context in
      let dy = try context.gradient()
      return [.dense(try context.graph.sumToShape(dy, of: context.input(0))), nil]
    },
    sample: OpSample([.init([3, 1], .uniform(-2, 2)), .init([3], .fixed([2, 3, 4]), dtype: .int32, isConstant: true)])
  ) { context in
    let (x, shape) = (context.inputs[0], try context.integers(1))
    guard shape.allSatisfy({ $0 >= 0 }), Shape.broadcast(x.shape, shape) == shape else {
      throw EngineError.invalidArgument(
        "Incompatible shapes: \(x.bracketedShape) vs. \(Shape(known: shape).bracketed)")
    }
    if x.shape == shape {
      context.setOutput(0, context.takeInput(0))
      return
    }
    let y = try context.newOutput(0, shape: shape)
    if x.elementCount == 1, x.dtype != .string {
      try Kernels.fill(y, with: x)
    } else {
      try Kernels.broadcast(x, into: y)
    }
    context.setOutput(0, y)
  }
}
