import EngineGraph
import EngineKernels

extension OpDefinition {
  /// As `ResourceScatterSub`, at multi-dimensional positions.
  static let resourceScatterNdSub = resourceScatterNd("ResourceScatterNdSub", .subtract)
}
