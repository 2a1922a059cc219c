import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether any element along some axes is true.
  static let any = reduction(
    "Any", .any, types: nil, fixedType: .bool,
    sample: OpSample([.init([2, 3], .booleans), .init([1], .fixed([1]), dtype: .int32, isConstant: true)]))
}
