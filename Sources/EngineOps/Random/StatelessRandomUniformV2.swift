import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Uniform in [0, 1).
  static let statelessRandomUniformV2 = statelessRandom("StatelessRandomUniformV2") {
    try Kernels.randomUniform($0, into: $1)
  }
}
