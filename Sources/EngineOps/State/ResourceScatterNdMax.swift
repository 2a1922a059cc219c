import EngineGraph
import EngineKernels

extension OpDefinition {
  /// As `ResourceScatterMax`, at multi-dimensional positions.
  static let resourceScatterNdMax = resourceScatterNd("ResourceScatterNdMax", .maximum)
}
