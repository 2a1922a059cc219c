import EngineCore
import EngineGraph

extension OpDefinition {
  /// The distinct elements of a vector in the order of first appearance, and the number of each element's equal.
  static let unique = OpDefinition(
    "Unique", inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T"), .tensor("idx", "out_idx")],
    attributes: [.type("T"), .type("out_idx", .index, default: .int32)],
    shape: { [.vector(nil), try $0.input(0, rank: 1)] }, gradient: .none,
    sample: OpSample([.init([6], .fixed([3, 1, 3, 2, 1, 5]))])
  ) { context in
    try requireVector(context.inputs[0], "unique")
    try runUnique(context, axis: 0)
  }
}
