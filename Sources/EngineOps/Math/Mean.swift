import EngineCore
import EngineGraph

extension OpDefinition {
  /// The mean over some axes; integers round towards 0.
  static let mean = reduction(
    "Mean", .mean, types: .numeric,
    sample: OpSample([.init([2, 3, 2], .uniform(-2, 2)), .init([2], .fixed([0, 2]), dtype: .int32, isConstant: true)]),
    gradient: .rule { context in
      let (graph, x, y) = (context.graph, context.input(0), context.output())
      let spread = try context.expandedReductionGradient()
      let factor: Output
      if let inputs = x.shape.elementCount, let outputs = y.shape.elementCount {
        factor = try graph.scalar(Double(inputs / max(outputs, 1)), like: x)
      } else {
        let one = try graph.constant(scalar: Int32(1))
        let outputs = try graph.op("Maximum", try graph.op("Size", y), one)
        let ratio = try graph.op("FloorDiv", try graph.op("Size", x), outputs)
        factor = try graph.op("Cast", ratio, attributes: ["DstT": .type(x.dtype)])
      }
      return [.dense(try graph.div(spread, factor)), nil]
    })
}
