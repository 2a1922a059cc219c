import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable[indices] −= updates`; repeated indices add up.
  static let resourceScatterSub = resourceScatter("ResourceScatterSub", .subtract)
}
