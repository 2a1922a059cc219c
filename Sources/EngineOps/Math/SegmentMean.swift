import EngineCore
import EngineGraph

extension OpDefinition {
  /// Means of neighbouring rows with the same number.
  static let segmentMean = segment(
    "SegmentMean", .add, types: .numeric, isMean: true,
    gradient: .rule { context in
      let (graph, ids, dy) = (context.graph, context.input(1), try context.gradient())
      let zero = try graph.constant(scalar: Int32(0))
      let rowShape = try graph.op(
        "ConcatV2",
        arguments: [
          [
            try graph.shapeVector(of: ids),
            try graph.op(
              "Fill",
              try graph.op(
                "ExpandDims", try graph.sub(try graph.op("Rank", dy), try graph.constant(scalar: Int32(1))), zero),
              try graph.constant(scalar: Int32(1))),
          ], [zero],
        ])
      let ones = try graph.op("Fill", rowShape, try graph.scalar(1, like: dy))
      let counts = try graph.op("SegmentSum", ones, ids)
      return [.dense(try graph.op("GatherV2", try graph.op("DivNoNan", dy, counts), ids, zero)), nil]
    })
}
