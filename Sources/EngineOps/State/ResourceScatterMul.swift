import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `variable[indices] *= updates`; repeated indices multiply.
  static let resourceScatterMul = resourceScatter("ResourceScatterMul", .multiply)
}
