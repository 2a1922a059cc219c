import EngineCore
import EngineGraph

extension OpDefinition {
  /// The smallest element along some axes. Equal ones share the gradient equally.
  static let minReduction = reduction(
    "Min", .minimum, types: .real,
    sample: OpSample([.init([2, 3, 2], .uniform(-2, 2)), .init([2], .fixed([0, 2]), dtype: .int32, isConstant: true)]),
    gradient: .rule { context in [.dense(try context.extremumGradient()), nil] })
}
