import EngineCore
import EngineGraph

extension OpDefinition {
  /// Running sums along an axis.
  static let cumsum = cumulation(
    "Cumsum", .sum,
    sample: OpSample(
      [.init([2, 3], .uniform(-2, 2)), .init([], .fixed([1]), dtype: .int32, isConstant: true)],
      attributes: ["exclusive": .bool(true)]),
    gradient: .rule { context in
      let node = context.node
      let dx = try context.graph.op(
        "Cumsum", try context.gradient(), context.input(1),
        attributes: ["exclusive": .bool(node.bool("exclusive")), "reverse": .bool(!node.bool("reverse"))])
      return [.dense(dx), nil]
    })
}
