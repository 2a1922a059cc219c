import EngineCore
import EngineGraph

extension OpDefinition {
  /// Context and feature lists of one serialized sequence example, with one input for each key.
  static let parseSingleSequenceExample = OpDefinition(
    "ParseSingleSequenceExample",
    inputs: [
      .tensor("serialized", .string), .tensor("feature_list_dense_missing_assumed_empty", .string),
      .repeated("context_sparse_keys", count: "Ncontext_sparse", .string),
      .repeated("context_dense_keys", count: "Ncontext_dense", .string),
      .repeated("feature_list_sparse_keys", count: "Nfeature_list_sparse", .string),
      .repeated("feature_list_dense_keys", count: "Nfeature_list_dense", .string),
      .list("context_dense_defaults", types: "Tcontext_dense"), .tensor("debug_name", .string),
    ],
    outputs: [
      .repeated("context_sparse_indices", count: "Ncontext_sparse", .int64),
      .list("context_sparse_values", types: "context_sparse_types"),
      .repeated("context_sparse_shapes", count: "Ncontext_sparse", .int64),
      .list("context_dense_values", types: "Tcontext_dense"),
      .repeated("feature_list_sparse_indices", count: "Nfeature_list_sparse", .int64),
      .list("feature_list_sparse_values", types: "feature_list_sparse_types"),
      .repeated("feature_list_sparse_shapes", count: "Nfeature_list_sparse", .int64),
      .list("feature_list_dense_values", types: "feature_list_dense_types"),
    ],
    attributes: [
      .int("Ncontext_sparse", 0), .int("Ncontext_dense", 0), .int("Nfeature_list_sparse", 0),
      .int("Nfeature_list_dense", 0), .featureTypes("context_sparse_types", []), .featureTypes("Tcontext_dense", []),
      .featureTypes("feature_list_dense_types", []), .shapes("context_dense_shapes", []),
      .featureTypes("feature_list_sparse_types", []), .shapes("feature_list_dense_shapes", []),
    ],
    shape: { context in
      let node = context.node
      _ = try context.input(0, rank: 0)
      return context.sparseParts(count: node.int("Ncontext_sparse"), rank: 1) + node.shapes("context_dense_shapes")
        + context.sparseParts(count: node.int("Nfeature_list_sparse"), rank: 2)
        + node.shapes("feature_list_dense_shapes").map { Shape.vector(nil).concatenated(with: $0) }
    }, gradient: .none
  ) { context in
    let node = context.node
    var next = 2
    func keys(_ count: String) -> [ByteString] {
      defer { next += node.int(count) }
      return context.keys(next..<(next + node.int(count)))
    }
    let (contextSparse, contextDense) = (keys("Ncontext_sparse"), keys("Ncontext_dense"))
    let (sparse, dense) = (keys("Nfeature_list_sparse"), keys("Nfeature_list_dense"))
    let missing = Set(context.inputs[1].strings)
    try context.parseSequences(
      SequenceRequest(
        contextSparseKeys: contextSparse, contextDenseKeys: contextDense, sparseKeys: sparse, denseKeys: dense,
        mayBeMissing: dense.map { missing.contains($0) }, defaults: next, isOldSingle: true))
  }
}
