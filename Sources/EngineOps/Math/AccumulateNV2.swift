import EngineCore
import EngineGraph

extension OpDefinition {
  /// The sum of tensors of one shape, which is given.
  static let accumulateNV2 = sumOfMany("AccumulateNV2", attributes: [.init("shape", .shape)])
}
