import EngineCore
import EngineGraph

extension OpDefinition {
  /// A dataset of one element.
  static let tensorDataset = dataset(
    "TensorDataset", [.list("components", types: "Toutput_types")],
    attributes: [.types("Toutput_types"), .shapes("output_shapes")], hasOutputs: false, isStateful: true
  ) { SingleElement(Array($0.inputs)) }
}

private final class SingleElement: DatasetNode {
  let tensors: [Tensor]
  init(_ tensors: [Tensor]) { self.tensors = tensors }
  var cardinality: Int { 1 }

  func makeIterator(_ context: IterationContext) -> any DatasetIterator {
    var isDone = false
    let tensors = tensors
    return ClosureIterator {
      defer { isDone = true }
      return isDone ? nil : .tensors(tensors)
    }
  }
}
