import EngineCore
import EngineGraph

extension OpDefinition {
  /// As `Unique`, with how often each distinct element appears.
  static let uniqueWithCounts = OpDefinition(
    "UniqueWithCounts", inputs: [.tensor("x", "T")],
    outputs: [.tensor("y", "T"), .tensor("idx", "out_idx"), .tensor("count", "out_idx")],
    attributes: [.type("T"), .type("out_idx", .index, default: .int32)],
    shape: { [.vector(nil), try $0.input(0, rank: 1), .vector(nil)] }, gradient: .none,
    sample: OpSample([.init([6], .fixed([3, 1, 3, 2, 1, 5]))])
  ) { context in
    try requireVector(context.inputs[0], "unique")
    try runUnique(context, axis: 0)
  }
}
