import EngineCore
import EngineGraph

extension OpDefinition {
  /// Products of neighbouring rows with the same number. The gradient is right with any number of zeros.
  static let segmentProd = segment(
    "SegmentProd", .multiply, types: .numeric,
    gradient: .rule { context in
      let (graph, ids) = (context.graph, context.input(1))
      let zero = try graph.constant(scalar: Int32(0))
      let dx = try context.segmentProductGradient(
        reduce: { try graph.op("SegmentProd", $0, ids) }, sum: { try graph.op("SegmentSum", $0, ids) },
        gather: { try graph.op("GatherV2", $0, ids, zero) })
      return [dx, nil]
    })
}
