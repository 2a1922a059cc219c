import EngineCore
import EngineGraph

extension OpDefinition {
  /// Where the condition holds, t's elements, elsewhere e's; all three broadcast.
  static let selectV2 = OpDefinition(
    "SelectV2", inputs: [.tensor("condition", .bool), .tensor("t", "T"), .tensor("e", "T")],
    outputs: [.tensor("output", "T")], attributes: [.type("T")], broadcasts: true,
    shape: { [try Shape.broadcast($0.input(0), try Shape.broadcast($0.input(1), $0.input(2)))] },
    gradient: .rule { try selectGradient($0, "SelectV2") },
    sample: OpSample([.init([2, 1], .booleans), .init([2, 3], .uniform(-2, 2)), .init([3], .uniform(-2, 2))])
  ) { context in
    let (condition, t, e) = (context.inputs[0], context.inputs[1], context.inputs[2])
    guard let values = Shape.broadcast(t.shape, e.shape), let shape = Shape.broadcast(condition.shape, values) else {
      throw EngineError.invalidArgument(
        "condition \(condition.bracketedShape), then \(t.bracketedShape), and else \(e.bracketedShape) must be "
          + "broadcastable")
    }
    try runSelect(context, condition: condition, shape: shape)
  }
}
