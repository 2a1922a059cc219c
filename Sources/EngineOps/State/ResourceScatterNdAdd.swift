import EngineGraph
import EngineKernels

extension OpDefinition {
  /// As `ResourceScatterAdd`, at multi-dimensional positions.
  static let resourceScatterNdAdd = resourceScatterNd("ResourceScatterNdAdd", .add)
}
