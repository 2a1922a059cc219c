import EngineCore
import EngineGraph

extension OpDefinition {
  /// Features of one serialized example, with the keys as attributes.
  static let parseSingleExample = OpDefinition(
    "ParseSingleExample", inputs: [.tensor("serialized", .string), .list("dense_defaults", types: "Tdense")],
    outputs: [
      .repeated("sparse_indices", count: "num_sparse", .int64), .list("sparse_values", types: "sparse_types"),
      .repeated("sparse_shapes", count: "num_sparse", .int64), .list("dense_values", types: "Tdense"),
    ],
    attributes: [
      .int("num_sparse"), .init("sparse_keys", .strings), .init("dense_keys", .strings),
      .featureTypes("sparse_types"), .featureTypes("Tdense"), .shapes("dense_shapes"),
    ],
    shape: { context in
      _ = try context.input(0, rank: 0)
      return context.sparseParts(count: context.node.int("num_sparse"), rank: 1)
        + (try context.denseShapes(batch: .scalar))
    }, gradient: .none
  ) { context in
    guard context.inputs[0].rank == 0 else {
      throw EngineError.invalidArgument(
        "Expected serialized to be a scalar, got shape: \(context.inputs[0].bracketedShape)")
    }
    try context.parseExamples(
      context.inputs[0], names: nil, sparseKeys: context.node.strings("sparse_keys"),
      denseKeys: context.node.strings("dense_keys"), defaults: 1)
  }
}
