import EngineCore
import EngineGraph

extension OpDefinition {
  /// The sum over some axes.
  static let sum = reduction(
    "Sum", .sum, types: .numeric,
    sample: OpSample([.init([2, 3, 2], .uniform(-2, 2)), .init([2], .fixed([0, 2]), dtype: .int32, isConstant: true)]),
    gradient: .rule { context in [.dense(try context.expandedReductionGradient()), nil] })
}
