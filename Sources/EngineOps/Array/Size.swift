import EngineCore
import EngineGraph

extension OpDefinition {
  /// The number of elements, a scalar.
  static let size = OpDefinition(
    "Size", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "out_type")],
    attributes: [.type("T"), .type("out_type", .index, default: .int32)], shape: ShapeContext.scalar, gradient: .none,
    sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { $0.setOutput(0, try shapeVector([$0.inputs[0].elementCount], $0.node.outputTypes[0]).reshaped([])) }
}
