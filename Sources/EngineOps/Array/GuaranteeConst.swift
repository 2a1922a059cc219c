import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input, which the program promises not to change.
  static let guaranteeConst = OpDefinition(
    "GuaranteeConst", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")], attributes: [.type("T")],
    isStateful: true,
    shape: ShapeContext.sameAsFirst, sample: OpSample([.init([2, 3], .uniform(-2, 2))])
  ) { $0.setOutput(0, $0.takeInput(0)) }
}
