import EngineCore
import EngineGraph

extension OpDefinition {
  /// A tensor that a run may feed; otherwise the input.
  static let placeholderWithDefault = OpDefinition(
    "PlaceholderWithDefault", inputs: [.tensor("input", "dtype")], outputs: [.tensor("output", "dtype")],
    attributes: [.type("dtype"), .init("shape", .shape)],
    shape: { context in
      let shape = context.node.shape("shape")
      guard shape.isCompatible(with: context.input(0)) else {
        throw EngineError.value("Shapes \(context.input(0)) and \(shape) are not compatible")
      }
      return [shape]
    }, gradient: .rule { [$0.outputGradients[0]] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))], attributes: ["shape": .shape([nil, 3])])
  ) { $0.setOutput(0, $0.takeInput(0)) }
}
