import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = 1 − erf x`; dx = −dy·2/√π·exp(−x²).
  static let erfc = unary("Erfc", .erfc, types: .floating, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, dy in
    let slope = try graph.scalar(-1.128379167095512573896, like: x)
    return try graph.mul(dy, try graph.mul(slope, try graph.op("Exp", try graph.neg(try graph.op("Square", x)))))
  }
}
