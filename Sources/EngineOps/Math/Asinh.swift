import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = arsinh x`; dx = dy/cosh y.
  static let asinh = unary("Asinh", .asinh, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-2, 2))])) {
    graph, _, y, dy in try graph.div(dy, try graph.op("Cosh", y))
  }
}
