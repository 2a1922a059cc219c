import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable[indices] /= updates`; repeated indices divide.
  static let resourceScatterDiv = resourceScatter("ResourceScatterDiv", .divide)
}
