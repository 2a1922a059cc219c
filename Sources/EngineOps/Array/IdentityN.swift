import EngineCore
import EngineGraph

extension OpDefinition {
  /// Several inputs as they are; all are computed before any goes on.
  static let identityN = OpDefinition(
    "IdentityN", inputs: [.list("input", types: "T")], outputs: [.list("output", types: "T")],
    attributes: [.init("T", .types)], shape: { context in (0..<context.inputCount).map { context.input($0) } },
    gradient: .rule { $0.outputGradients },
    sample: OpSample(
      [.init([2, 3], .uniform(-2, 2)), .init([2], .uniform(-2, 2))],
      attributes: ["T": .types([.float64, .float64])])
  ) { context in for index in context.inputs.indices { context.setOutput(index, context.takeInput(index)) } }
}
