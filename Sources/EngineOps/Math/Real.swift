import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The real parts of complex numbers; dx = dy + 0·i.
  static let real = complexPart("Real", .real) { graph, _, _, dy in try graph.complex(dy, graph.op("ZerosLike", dy)) }
}
