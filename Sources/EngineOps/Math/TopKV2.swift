import EngineCore
import EngineGraph

extension OpDefinition {
  /// The k largest elements along the last axis, falling, the first of equals first, and their positions.
  static let topKV2 = OpDefinition(
    "TopKV2", inputs: [.tensor("input", "T"), .tensor("k", "Tk")],
    outputs: [.tensor("values", "T"), .tensor("indices", "index_type")],
    attributes: [
      .bool("sorted", true), .type("T", .real), .type("Tk", [.int16, .int32, .int64], default: .int32),
      .type("index_type", [.int16, .int32, .int64], default: .int32),
    ], shape: { try topKShapes($0.input(0), k: try $0.constantInts(1)?.first) },
    gradient: .rule { [try topKGradient($0), nil] },
    sample: OpSample([.init([2, 5], .uniform(-2, 2)), .init([], .fixed([3]), dtype: .int32, isConstant: true)])
  ) { try runTopK($0, k: try $0.integer(1)) }
}
