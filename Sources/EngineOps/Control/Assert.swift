import EngineCore
import EngineGraph

extension OpDefinition {
  /// Fails unless `condition` holds. **Errors**: `InvalidArgument` "assertion failed" with the data.
  static let assert = OpDefinition(
    "Assert", inputs: [.tensor("condition", .bool), .list("data", types: "T")],
    attributes: [.types("T"), .int("summarize", 3)], isStateful: true, shape: ShapeContext.none, gradient: .none
  ) { context in
    guard try !context.flag(0) else { return }
    let limit = context.node.int("summarize")
    let parts = context.inputs.dropFirst().map { "[\(TensorText.summary($0, limit: limit))]" }
    throw EngineError.invalidArgument("assertion failed: " + parts.joined(separator: " "))
  }
}
