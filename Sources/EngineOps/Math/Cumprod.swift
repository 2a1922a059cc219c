import EngineCore
import EngineGraph

extension OpDefinition {
  /// Running products along an axis. The gradient divides by x, so it is not defined where x has zeros.
  static let cumprod = cumulation(
    "Cumprod", .product,
    sample: OpSample([.init([2, 3], .uniform(0.5, 2)), .init([], .fixed([1]), dtype: .int32, isConstant: true)]),
    gradient: .rule { context in
      let (graph, node, x, axis) = (context.graph, context.node, context.input(0), context.input(1))
      let (exclusive, reverse) = (node.bool("exclusive"), node.bool("reverse"))
      let products = try graph.op(
        "Cumprod", x, axis, attributes: ["exclusive": .bool(exclusive), "reverse": .bool(reverse)])
      let sums = try graph.op(
        "Cumsum", try graph.mul(products, try context.gradient()), axis,
        attributes: ["exclusive": .bool(exclusive), "reverse": .bool(!reverse)])
      return [.dense(try graph.div(sums, x)), nil]
    })
}
