import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input with the order along the axes marked in `dims` turned around: the old form of `ReverseV2`.
  static let reverse = OpDefinition(
    "Reverse", inputs: [.tensor("tensor", "T"), .tensor("dims", .bool)], outputs: [.tensor("output", "T")],
    attributes: [.type("T", reversible)],
    shape: { context in
      if let rank = context.input(0).rank, let count = context.input(1)[0], rank != count {
        throw EngineError.value("Shape must be rank \(count) but is rank \(rank)")
      }
      return [context.input(0)]
    },
    gradient: .rule { [.dense(try $0.graph.op("Reverse", try $0.gradient(), $0.input(1))), nil] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([2], .fixed([0, 1]))])
  ) { context in
    let flags = try context.inputs[1].scalars(Bool.self)
    guard flags.count == context.inputs[0].rank else {
      throw EngineError.invalidArgument(
        "reverse: expected \(context.inputs[0].rank) flags in 'dims', got \(flags.count)")
    }
    try runReverse(context, axes: Set(flags.indices.filter { flags[$0] }))
  }
}
