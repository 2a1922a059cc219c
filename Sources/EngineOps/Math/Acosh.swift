import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = arcosh x`; dx = dy/sinh y.
  static let acosh = unary("Acosh", .acosh, types: .inexact, sample: OpSample([.init([2, 3], .uniform(1.5, 4))])) {
    graph, _, y, dy in try graph.div(dy, try graph.op("Sinh", y))
  }
}
