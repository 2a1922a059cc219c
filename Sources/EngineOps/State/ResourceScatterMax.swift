import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable[indices] = max(variable[indices], updates)`.
  static let resourceScatterMax = resourceScatter("ResourceScatterMax", .maximum)
}
