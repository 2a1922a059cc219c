import EngineGraph
import EngineKernels

extension OpDefinition {
  /// As `ResourceScatterMin`, at multi-dimensional positions.
  static let resourceScatterNdMin = resourceScatterNd("ResourceScatterNdMin", .minimum)
}
