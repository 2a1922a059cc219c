import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable[indices] = min(variable[indices], updates)`.
  static let resourceScatterMin = resourceScatter("ResourceScatterMin", .minimum)
}
