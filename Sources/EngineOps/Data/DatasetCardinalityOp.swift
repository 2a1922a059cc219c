import EngineCore
import EngineGraph

extension OpDefinition {
  /// The number of elements; -1 for infinitely many, -2 if unknown.
  static let datasetCardinality = OpDefinition(
    "DatasetCardinality", inputs: [inputDataset], outputs: [.tensor("cardinality", .int64)],
    attributes: [.string("cardinality_options", "")], shape: ShapeContext.scalar, gradient: .none
  ) { $0.setOutput(0, Tensor(scalar: Int64(try $0.dataset(0).cardinality))) }
}
