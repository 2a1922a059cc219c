import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input, under another name.
  static let identity = OpDefinition(
    "Identity", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")], attributes: [.type("T")],
    shape: ShapeContext.sameAsFirst, gradient: .rule { [$0.outputGradients[0]] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { $0.setOutput(0, $0.takeInput(0)) }
}
