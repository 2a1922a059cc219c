import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable[indices] = updates`; of repeated indices the last wins.
  static let resourceScatterUpdate = resourceScatter("ResourceScatterUpdate", .update)
}
