import EngineCore
import EngineGraph

extension OpDefinition {
  /// An iterator that makes its dataset itself, by a function without arguments, when first asked.
  static let oneShotIterator = OpDefinition(
    "OneShotIterator", outputs: [.tensor("handle", .resource)],
    attributes: [.function("dataset_factory")] + iteratorAttributes + [
      .string("container", ""), .string("shared_name", ""),
    ], isStateful: true, shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let function = try context.node.graphFunction("dataset_factory")
    let shared = context.node.string("shared_name")
    let name = shared.isEmpty ? context.node.name : shared
    let iteration = IterationContext(context.environment)
    let iterator = try context.environment.resource("\0iterator/\(name)", as: IteratorResource.self) {
      IteratorResource(name: name, function: function) {
        (try CapturedFunction(function, []).dataset([], iteration), iteration)
      }
    }
    context.setOutput(0, Tensor(resource: iterator))
  }
}
