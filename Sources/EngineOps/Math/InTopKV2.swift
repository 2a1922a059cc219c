import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether each row's target is among its k largest predictions; ties count.
  static let inTopKV2 = OpDefinition(
    "InTopKV2", inputs: [.tensor("predictions", .float32), .tensor("targets", "T"), .tensor("k", "T")],
    outputs: [.tensor("precision", .bool)], attributes: [.type("T", .index, default: .int32)], shape: inTopKShape,
    gradient: .none,
    sample: OpSample([.init([3, 4], .uniform(-2, 2)), .init([3], .fixed([0, 2, 3])), .init([], .fixed([2]))])
  ) { try runInTopK($0, k: try $0.integer(2)) }
}
