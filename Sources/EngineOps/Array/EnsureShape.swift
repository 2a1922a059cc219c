import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input, whose shape must fit `shape`: what is known of both is known of the output.
  static let ensureShape = OpDefinition(
    "EnsureShape", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "T")],
    attributes: [.init("shape", .shape), .type("T")],
    shape: { context in
      let (x, wanted) = (context.input(0), context.node.shape("shape"))
      if let have = x.rank, let want = wanted.rank, have != want {
        throw EngineError.value("Shape must be rank \(want) but is rank \(have)")
      }
      guard x.isCompatible(with: wanted) else {
        throw EngineError.value("Shapes \(wanted.bracketed) and \(x.bracketed) are incompatible")
      }
      return [try x.merged(with: wanted)]
    },
    gradient: .rule { [$0.outputGradients[0]] },
    sample: OpSample([.init([2, 3], .uniform(-2, 2))], attributes: ["shape": .shape([nil, 3])])
  ) { context in
    let wanted = context.node.shape("shape")
    guard wanted.isCompatible(with: context.inputs[0].shape) else {
      throw EngineError.invalidArgument(
        "Shape of tensor \(context.node.inputs.first.map { $0.node.name } ?? "input") "
          + "\(context.inputs[0].bracketedShape) is not compatible with expected shape \(wanted.bracketed).")
    }
    context.setOutput(0, context.takeInput(0))
  }
}
