import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether all elements along some axes are true.
  static let all = reduction(
    "All", .all, types: nil, fixedType: .bool,
    sample: OpSample([.init([2, 3], .booleans), .init([1], .fixed([1]), dtype: .int32, isConstant: true)]))
}
