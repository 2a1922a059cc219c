import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input; gradients end here.
  static let stopGradient = OpDefinition(
    "StopGradient", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")], attributes: [.type("T")],
    shape: ShapeContext.sameAsFirst, gradient: .none, sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { $0.setOutput(0, $0.takeInput(0)) }
}
