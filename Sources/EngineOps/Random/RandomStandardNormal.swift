import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Normal with mean 0 and deviation 1.
  static let randomStandardNormal = random("RandomStandardNormal") { try Kernels.randomNormal($0, into: $1) }
}
