import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input; asking for a gradient through it is an error that says why.
  static let preventGradient = OpDefinition(
    "PreventGradient", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T"), .string("message", "")], shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      throw EngineError(
        kind: .key, code: .unimplemented, "Gradient explicitly disabled. Reason: \(context.node.string("message"))")
    }
  ) { $0.setOutput(0, $0.takeInput(0)) }
}
