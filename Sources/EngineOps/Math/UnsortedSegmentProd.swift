import EngineCore
import EngineGraph

extension OpDefinition {
  /// Products of rows with the same number. The gradient is right with any number of zeros.
  static let unsortedSegmentProd = unsortedSegment(
    "UnsortedSegmentProd", .multiply, types: .numeric,
    gradient: .rule { context in
      let (graph, ids) = (context.graph, context.input(1))
      let dx = try context.segmentProductGradient(
        reduce: { try graph.op("UnsortedSegmentProd", $0, ids, context.input(2)) },
        sum: { try graph.op("UnsortedSegmentSum", $0, ids, context.input(2)) },
        gather: { try graph.gatherSegments($0, ids).rows })
      return [dx, nil, nil]
    })
}
