import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Standard normal, redrawn where the magnitude reaches 2.
  static let truncatedNormal = random("TruncatedNormal") { try Kernels.randomTruncatedNormal($0, into: $1) }
}
