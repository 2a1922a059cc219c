import EngineCore
import EngineGraph

extension OpDefinition {
  /// Zeros (or empty strings) added before and after each axis.
  static let pad = OpDefinition(
    "Pad", inputs: [.tensor("input", "T"), .tensor("paddings", "Tpaddings")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .type("Tpaddings", .index, default: .int32)], shape: { try paddedShape($0) },
    gradient: .rule { [try padGradient($0), nil] },
    sample: OpSample([
      .init([2, 3], .uniform(-2, 2)), .init([2, 2], .fixed([1, 0, 2, 1]), dtype: .int32, isConstant: true),
    ])
  ) { try runPad($0, value: nil) }
}
