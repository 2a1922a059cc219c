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
    Iterator(tensors)
  }

  var isRepeatable: Bool { true }

  private final class Iterator: DatasetIterator {
    let tensors: [Tensor]
    var isDone = false
    init(_ tensors: [Tensor]) { self.tensors = tensors }

    func next() -> DatasetElement? {
      defer { isDone = true }
      return isDone ? nil : .tensors(tensors)
    }

    func saveState(_ encoder: inout IteratorEncoder) { encoder.append(isDone) }
    func restoreState(_ decoder: inout IteratorDecoder) throws { isDone = try decoder.flag() }
  }
}
