import EngineCore
import EngineGraph

extension OpDefinition {
  /// Sums of rows with the same number.
  static let unsortedSegmentSum = unsortedSegment(
    "UnsortedSegmentSum", .add, types: .numeric, indexTypes: [.int16, .int32, .int64],
    gradient: .rule { context in
      [.dense(try context.graph.gatherSegments(try context.gradient(), context.input(1)).rows), nil, nil]
    })
}
