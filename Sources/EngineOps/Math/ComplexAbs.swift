import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `y = |x|` of complex numbers; dx = dy·x/|x|, and 0 at 0.
  static let complexAbs = complexPart("ComplexAbs", .magnitude, inputName: "x", outputName: "y") { graph, x, y, dy in
    let (zeros, norm) = (try graph.op("ZerosLike", dy), try graph.op("ZerosLike", y))
    return try graph.op("DivNoNan", graph.mul(graph.complex(dy, zeros), x), graph.complex(y, norm))
  }
}
