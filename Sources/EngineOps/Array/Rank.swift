import EngineCore
import EngineGraph

extension OpDefinition {
  /// The number of axes, an int32 scalar.
  static let rank = OpDefinition(
    "Rank", inputs: [.tensor("input", "T")], outputs: [.tensor("output", .int32)], attributes: [.type("T")],
    shape: ShapeContext.scalar, gradient: .none, sample: OpSample([.init([2, 0, 3], .uniform(-2, 2))])
  ) { $0.setOutput(0, Tensor(scalar: Int32(truncatingIfNeeded: $0.inputs[0].rank))) }
}
