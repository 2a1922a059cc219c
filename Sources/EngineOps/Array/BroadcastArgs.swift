import EngineCore
import EngineGraph

extension OpDefinition {
  /// The broadcast of two shapes given as vectors.
  static let broadcastArgs = OpDefinition(
    "BroadcastArgs", inputs: [.tensor("s0", "T"), .tensor("s1", "T")], outputs: [.tensor("r0", "T")],
    attributes: [.type("T", .index, default: .int32)],
    shape: { context in
      guard let a = context.input(0)[0], let b = context.input(1)[0] else { return [.vector(nil)] }
      return [.vector(a > b ? a : b)]
    }, gradient: .none,
    sample: OpSample([.init([3], .fixed([2, 1, 4])), .init([2], .fixed([3, 1]))])
  ) { context in
    guard context.inputs[0].rank == 1, context.inputs[1].rank == 1 else {
      throw EngineError.invalidArgument("BroadcastArgs takes two vectors")
    }
    let (a, b) = (try context.integers(0), try context.integers(1))
    guard let shape = Shape.broadcast(a, b) else {
      throw EngineError.invalidArgument(
        "Incompatible shapes: \(Shape(known: a).bracketed) vs. \(Shape(known: b).bracketed)")
    }
    context.setOutput(0, try shapeVector(shape, context.node.outputTypes[0]))
  }
}
