import EngineCore
import EngineGraph

extension OpDefinition {
  /// The value of the attribute `value`. Plans read the attribute; the kernel serves whoever runs the node itself.
  static let const = OpDefinition(
    "Const", outputs: [.tensor("output", "dtype")], attributes: [.init("value", .tensor), .type("dtype")],
    shape: { [Shape(known: $0.node.tensor("value")?.shape ?? [])] }, gradient: .none
  ) { context in
    guard let value = context.node.tensor("value") else {
      throw EngineError.invalidArgument("Const '\(context.node.name)' has no value")
    }
    context.setOutput(0, value)
  }
}
