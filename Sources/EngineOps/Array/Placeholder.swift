import EngineCore
import EngineGraph

extension OpDefinition {
  /// A tensor that every run must feed.
  static let placeholder = OpDefinition(
    "Placeholder", outputs: [.tensor("output", "dtype")],
    attributes: [.type("dtype"), .init("shape", .shape, default: .shape(.unknown))],
    shape: { [$0.node.shape("shape")] }, gradient: .none
  ) { context in
    let node = context.node
    throw EngineError.invalidArgument(
      "You must feed a value for placeholder tensor '\(node.name)' with dtype \(node.outputTypes[0])"
        + (node.shape("shape").rank == nil ? "" : " and shape \(node.shape("shape").bracketed)"))
  }
}
