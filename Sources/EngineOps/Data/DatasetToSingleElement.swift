import EngineCore
import EngineGraph

extension OpDefinition {
  /// The only element of a dataset.
  static let datasetToSingleElement = OpDefinition(
    "DatasetToSingleElement", inputs: [.tensor("dataset", .variant)],
    outputs: [.list("components", types: "output_types")],
    attributes: iteratorAttributes + [.string("metadata", "")], isStateful: true,
    shape: { $0.node.shapes("output_shapes") }, gradient: .none
  ) { context in
    let iterator = try context.dataset(0).makeIterator(IterationContext(context.environment))
    guard let element = try iterator.next()?.tensors() else {
      throw EngineError.invalidArgument("Dataset was empty.")
    }
    guard try iterator.next() == nil else { throw EngineError.invalidArgument("Dataset had more than one element.") }
    guard element.map(\.dtype) == context.node.outputTypes else {
      throw EngineError.invalidArgument("the element's types are other than those of the op")
    }
    for (index, tensor) in element.enumerated() { context.setOutput(index, tensor) }
  }
}
