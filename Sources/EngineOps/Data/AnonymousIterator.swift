import EngineCore
import EngineGraph

extension OpDefinition {
  /// An iterator of its own for each execution.
  static let anonymousIterator = OpDefinition(
    "AnonymousIterator", outputs: [.tensor("handle", .resource)], attributes: iteratorAttributes, isStateful: true,
    shape: ShapeContext.scalar, gradient: .none
  ) { context in
    context.setOutput(0, Tensor(resource: IteratorResource(name: "anonymous/\(UInt64.random(in: 0...UInt64.max))")))
  }
}
