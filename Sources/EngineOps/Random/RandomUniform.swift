import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Uniform in [0, 1).
  static let randomUniform = random("RandomUniform") { try Kernels.randomUniform($0, into: $1) }
}
