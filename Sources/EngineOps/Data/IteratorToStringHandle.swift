import EngineCore
import EngineGraph

extension OpDefinition {
  /// A text by which the session finds the iterator again, such as one that is fed.
  static let iteratorToStringHandle = OpDefinition(
    "IteratorToStringHandle", inputs: [.tensor("resource_handle", .resource)],
    outputs: [.tensor("string_handle", .string)], isStateful: true, shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let iterator = try context.resource(0, as: IteratorResource.self)
    context.setOutput(0, Tensor(string: try IteratorHandles.of(context.environment).handle(for: iterator)))
  }
}
