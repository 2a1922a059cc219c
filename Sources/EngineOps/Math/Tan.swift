import EngineCore
import EngineGraph

extension OpDefinition {
  /// `y = tan x`; dx = dy/cos² x.
  static let tan = unary("Tan", .tan, types: .inexact, sample: OpSample([.init([2, 3], .uniform(-1, 1))])) {
    graph, x, _, dy in
    let secant = try graph.op("Reciprocal", try graph.op("Cos", x))
    return try graph.mul(dy, try graph.op("Square", secant))
  }
}
