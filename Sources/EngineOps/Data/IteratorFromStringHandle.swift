import EngineCore
import EngineGraph

extension OpDefinition {
  /// The iterator that `IteratorToStringHandle` gave the text for.
  static let iteratorFromStringHandle = iteratorFromStringHandle("IteratorFromStringHandle")

  static func iteratorFromStringHandle(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("string_handle", .string)], outputs: [.tensor("resource_handle", .resource)],
      attributes: [.types("output_types", []), .shapes("output_shapes", [])], isStateful: true,
      shape: ShapeContext.scalar, gradient: .none
    ) { context in
      let handle = try context.text(0)
      guard let iterator = try IteratorHandles.of(context.environment).iterator(handle) else {
        throw EngineError.invalidArgument("Could not parse string_handle as a valid ResourceHandle: '\(handle)'")
      }
      context.setOutput(0, Tensor(resource: iterator))
    }
  }
}
