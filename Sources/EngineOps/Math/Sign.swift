import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y` is −1, 0 or 1 with the sign of x; dx = 0.
  static let sign = unary("Sign", .sign, types: .signedNumeric, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, x, _, _ in try graph.op("ZerosLike", x)
  }
}
