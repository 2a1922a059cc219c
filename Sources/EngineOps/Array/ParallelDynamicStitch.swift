import EngineGraph

extension OpDefinition {
  /// As ``dynamicStitch``, for indices that are all different.
  static let parallelDynamicStitch = stitch("ParallelDynamicStitch")
}
