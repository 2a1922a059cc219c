import EngineCore
import EngineGraph

extension OpDefinition {
  /// A value added before and after each axis.
  static let padV2 = OpDefinition(
    "PadV2", inputs: [.tensor("input", "T"), .tensor("paddings", "Tpaddings"), .tensor("constant_values", "T")],
    outputs: [.tensor("output", "T")], attributes: [.type("T"), .type("Tpaddings", .index, default: .int32)],
    shape: { try paddedShape($0) },
    gradient: .rule { context in
      // What dy adds up to outside of the inner part belongs to the value.
      let (graph, dx) = (context.graph, try padGradient(context))
      guard case .dense(let inner) = dx else { return [dx, nil, nil] }
      func total(_ x: Output) throws -> Output {
        try graph.op("Sum", try graph.reshape(x, try graph.constant([Int32(-1)])), try graph.constant([Int32(0)]))
      }
      return [dx, nil, .dense(try graph.sub(try total(try context.gradient()), try total(inner)))]
    },
    sample: OpSample([
      .init([2, 3], .uniform(-2, 2)), .init([2, 2], .fixed([1, 0, 2, 1]), dtype: .int32, isConstant: true),
      .init([], .uniform(-2, 2)),
    ])
  ) { context in
    guard context.inputs[2].rank == 0 else {
      throw EngineError.invalidArgument("constant_values must be a scalar. Found: \(context.inputs[2].bracketedShape)")
    }
    try runPad(context, value: context.inputs[2])
  }
}
