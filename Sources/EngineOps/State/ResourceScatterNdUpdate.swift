import EngineGraph
import EngineKernels

extension OpDefinition {
  /// As `ResourceScatterUpdate`, at multi-dimensional positions.
  static let resourceScatterNdUpdate = resourceScatterNd("ResourceScatterNdUpdate", .update)
}
