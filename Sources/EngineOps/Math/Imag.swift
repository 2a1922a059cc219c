import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The imaginary parts of complex numbers; dx = 0 + dy·i.
  static let imag = complexPart("Imag", .imaginary) { graph, _, _, dy in
    try graph.complex(graph.op("ZerosLike", dy), dy)
  }
}
