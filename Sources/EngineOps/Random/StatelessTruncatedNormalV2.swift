import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Standard normal, redrawn outside (−2, 2).
  static let statelessTruncatedNormalV2 = statelessRandom("StatelessTruncatedNormalV2") {
    try Kernels.randomTruncatedNormal($0, into: $1)
  }
}
