import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Standard normal.
  static let statelessRandomNormalV2 = statelessRandom("StatelessRandomNormalV2") {
    try Kernels.randomNormal($0, into: $1)
  }
}
