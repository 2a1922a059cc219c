import EngineCore
import EngineGraph

extension OpDefinition {
  /// The old form of `InTopKV2`, with k as an attribute.
  static let inTopK = OpDefinition(
    "InTopK", inputs: [.tensor("predictions", .float32), .tensor("targets", "T")],
    outputs: [.tensor("precision", .bool)],
    attributes: [.int("k"), .type("T", .index, default: .int32)], shape: inTopKShape, gradient: .none,
    sample: OpSample([.init([3, 4], .uniform(-2, 2)), .init([3], .fixed([0, 2, 3]))], attributes: ["k": .int(2)])
  ) { try runInTopK($0, k: $0.node.int("k")) }
}
