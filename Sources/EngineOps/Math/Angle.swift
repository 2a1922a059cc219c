import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The angle of complex numbers, in (−π, π]; dx = −dy/(imag x + real x·i).
  static let angle = complexPart("Angle", .angle) { graph, x, y, dy in
    let type: [String: AttributeValue] = ["Tout": .type(y.dtype)]
    let swapped = try graph.complex(
      graph.op("Imag", x, attributes: type), graph.op("Real", x, attributes: type))
    let complexGradient = try graph.complex(dy, graph.op("ZerosLike", dy))
    return try graph.mul(graph.neg(complexGradient), graph.op("Reciprocal", swapped))
  }
}
