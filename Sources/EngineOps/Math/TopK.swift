import EngineCore
import EngineGraph

extension OpDefinition {
  /// The old form of `TopKV2`, with k as an attribute.
  static let topK = OpDefinition(
    "TopK", inputs: [.tensor("input", "T")], outputs: [.tensor("values", "T"), .tensor("indices", .int32)],
    attributes: [.int("k"), .bool("sorted", true), .type("T", .real)],
    shape: { try topKShapes($0.input(0), k: $0.node.int("k")) }, gradient: .rule { [try topKGradient($0)] },
    sample: OpSample([.init([2, 5], .uniform(-2, 2))], attributes: ["k": .int(2)])
  ) { try runTopK($0, k: $0.node.int("k")) }
}
