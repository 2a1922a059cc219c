import EngineCore
import EngineGraph

extension OpDefinition {
  /// `z = x/y` rounded towards 0, broadcast; no gradient.
  static let truncateDiv = binary(
    "TruncateDiv", .truncateDivide, types: .numeric,
    sample: OpSample([.init([2, 3], .uniform(-9, 9)), .init([3], .uniform(1, 4))]))
}
