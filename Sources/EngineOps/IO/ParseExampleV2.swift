import EngineCore
import EngineGraph

extension OpDefinition {
  /// Features of one serialized example (a scalar) or a batch of them (a vector).
  ///
  /// **Errors**: `Unimplemented` for ragged features.
  static let parseExampleV2 = OpDefinition(
    "ParseExampleV2",
    inputs: [
      .tensor("serialized", .string), .tensor("names", .string), .tensor("sparse_keys", .string),
      .tensor("dense_keys", .string), .tensor("ragged_keys", .string), .list("dense_defaults", types: "Tdense"),
    ],
    outputs: [
      .repeated("sparse_indices", count: "num_sparse", .int64), .list("sparse_values", types: "sparse_types"),
      .repeated("sparse_shapes", count: "num_sparse", .int64), .list("dense_values", types: "Tdense"),
      .list("ragged_values", types: "ragged_value_types"), .list("ragged_row_splits", types: "ragged_split_types"),
    ],
    attributes: [
      .featureTypes("Tdense"), .int("num_sparse"), .featureTypes("sparse_types"),
      .featureTypes("ragged_value_types"), .init("ragged_split_types", .types, types: .index),
      .shapes("dense_shapes"),
    ],
    shape: { context in
      let serialized = context.input(0)
      if let rank = serialized.rank, rank > 1 {
        throw EngineError.value("Shape must be at most rank 1 but is rank \(rank)")
      }
      let batch = serialized.rank == nil ? Shape.unknown : serialized
      return context.sparseParts(count: context.node.int("num_sparse"), rank: serialized.rank.map { $0 + 1 })
        + (try context.denseShapes(batch: batch)) + context.node.types("ragged_value_types").map { _ in .vector(nil) }
        + context.node.types("ragged_split_types").map { _ in .vector(nil) }
    }, gradient: .none
  ) { context in
    guard context.node.types("ragged_value_types").isEmpty else {
      throw EngineError.unimplemented("ragged features are not supported")
    }
    try context.parseExamples(
      context.inputs[0], names: context.inputs[1], sparseKeys: context.keys(2..<3), denseKeys: context.keys(3..<4),
      defaults: 5)
  }
}
