import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x/y`, broadcast; of integers towards 0.
  static let div = binary(
    "Div", { $0.isInteger ? .truncateDivide : .divide }, types: .numeric,
    sample: OpSample([.init([2, 3], .uniform(-2, 2)), .init([3], .uniform(1, 3))])
  ) { graph, x, y, _, dz in try graph.quotientGradients(x, y, dz) }
}
