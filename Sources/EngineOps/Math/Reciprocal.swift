import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = 1/x`; dx = −dy·y².
  static let reciprocal = unary(
    "Reciprocal", .reciprocal, types: .signedNumeric, sample: OpSample([.init([2, 3], .uniform(0.5, 4))]),
    conjugates: false
  ) {
    graph, _, y, dy in try graph.op("ReciprocalGrad", y, dy)
  }
}
