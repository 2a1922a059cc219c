import EngineCore
import EngineGraph

extension OpDefinition {
  /// Sums of neighbouring rows with the same number.
  static let segmentSum = segment(
    "SegmentSum", .add, types: .numeric,
    gradient: .rule { context in
      let zero = try context.graph.constant(scalar: Int32(0))
      return [.dense(try context.graph.op("GatherV2", try context.gradient(), context.input(1), zero)), nil]
    })
}
