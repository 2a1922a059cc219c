import EngineCore
import EngineGraph

extension OpDefinition {
  /// Contexts and feature lists of one serialized sequence example (a scalar) or a batch of them (a vector).
  ///
  /// **Errors**: `Unimplemented` for ragged features.
  static let parseSequenceExampleV2 = OpDefinition(
    "ParseSequenceExampleV2",
    inputs: [
      .tensor("serialized", .string), .tensor("debug_name", .string), .tensor("context_sparse_keys", .string),
      .tensor("context_dense_keys", .string), .tensor("context_ragged_keys", .string),
      .tensor("feature_list_sparse_keys", .string), .tensor("feature_list_dense_keys", .string),
      .tensor("feature_list_ragged_keys", .string), .tensor("feature_list_dense_missing_assumed_empty", .bool),
      .list("context_dense_defaults", types: "Tcontext_dense"),
    ],
    outputs: [
      .repeated("context_sparse_indices", count: "Ncontext_sparse", .int64),
      .list("context_sparse_values", types: "context_sparse_types"),
      .repeated("context_sparse_shapes", count: "Ncontext_sparse", .int64),
      .list("context_dense_values", types: "Tcontext_dense"),
      .list("context_ragged_values", types: "context_ragged_value_types"),
      .list("context_ragged_row_splits", types: "context_ragged_split_types"),
      .repeated("feature_list_sparse_indices", count: "Nfeature_list_sparse", .int64),
      .list("feature_list_sparse_values", types: "feature_list_sparse_types"),
      .repeated("feature_list_sparse_shapes", count: "Nfeature_list_sparse", .int64),
      .list("feature_list_dense_values", types: "feature_list_dense_types"),
      .repeated("feature_list_dense_lengths", count: "Nfeature_list_dense", .int64),
      .list("feature_list_ragged_values", types: "feature_list_ragged_value_types"),
      .list("feature_list_ragged_outer_splits", types: "feature_list_ragged_split_types"),
      .list("feature_list_ragged_inner_splits", types: "feature_list_ragged_split_types"),
    ],
    attributes: [
      .int("Ncontext_sparse", 0), .featureTypes("Tcontext_dense", []), .featureTypes("context_sparse_types", []),
      .featureTypes("context_ragged_value_types", []),
      .init("context_ragged_split_types", .types, default: .types([]), types: .index),
      .shapes("context_dense_shapes", []), .int("Nfeature_list_sparse", 0), .int("Nfeature_list_dense", 0),
      .featureTypes("feature_list_dense_types", []), .featureTypes("feature_list_sparse_types", []),
      .featureTypes("feature_list_ragged_value_types", []),
      .init("feature_list_ragged_split_types", .types, default: .types([]), types: .index),
      .shapes("feature_list_dense_shapes", []),
    ],
    shape: { context in
      let node = context.node
      let batch = context.input(0)
      if let rank = batch.rank, rank > 1 {
        throw EngineError.value("Shape must be at most rank 1 but is rank \(rank)")
      }
      func unknown(_ attribute: String) -> [Shape] { node.types(attribute).map { _ in .vector(nil) } }
      let lists = node.shapes("feature_list_dense_shapes")
      return context.sparseParts(count: node.int("Ncontext_sparse"), rank: batch.rank.map { $0 + 1 })
        + node.shapes("context_dense_shapes").map { batch.concatenated(with: $0) }
        + unknown("context_ragged_value_types") + unknown("context_ragged_split_types")
        + context.sparseParts(count: node.int("Nfeature_list_sparse"), rank: batch.rank.map { $0 + 2 })
        + lists.map { batch.concatenated(with: [nil]).concatenated(with: $0) } + lists.map { _ in batch }
        + unknown("feature_list_ragged_value_types") + unknown("feature_list_ragged_split_types")
        + unknown("feature_list_ragged_split_types")
    }, gradient: .none
  ) { context in
    let node = context.node
    guard node.types("context_ragged_value_types").isEmpty, node.types("feature_list_ragged_value_types").isEmpty else {
      throw EngineError.unimplemented("ragged features are not supported")
    }
    let missing = context.inputs[8]
    let listKeys = context.keys(6..<7)
    guard missing.dtype == .bool, missing.elementCount == listKeys.count else {
      throw EngineError.invalidArgument(
        "Expected len(feature_list_dense_keys) == len(feature_list_dense_missing_assumed_empty): \(listKeys.count) vs. "
          + "\(missing.elementCount)")
    }
    try context.parseSequences(
      SequenceRequest(
        contextSparseKeys: context.keys(2..<3), contextDenseKeys: context.keys(3..<4), sparseKeys: context.keys(5..<6),
        denseKeys: listKeys, mayBeMissing: try missing.scalars(Bool.self), defaults: 9, isOldSingle: false))
  }
}

/// What a parsing op for sequence examples wants.
struct SequenceRequest {
  let contextSparseKeys: [ByteString]
  let contextDenseKeys: [ByteString]
  let sparseKeys: [ByteString]
  let denseKeys: [ByteString]
  let mayBeMissing: [Bool]
  /// The first input with a default value of a context feature.
  let defaults: Int
  /// Whether the op is `ParseSingleSequenceExample`: no lengths among the outputs.
  let isOldSingle: Bool
}

extension KernelContext {
  func parseSequences(_ request: SequenceRequest) throws {
    let serialized = inputs[0]
    let isSingle = serialized.rank == 0
    guard isSingle || (serialized.rank == 1 && !request.isOldSingle) else {
      throw EngineError.invalidArgument(
        "Expected serialized to be a \(request.isOldSingle ? "scalar" : "scalar or vector"), got shape: "
          + serialized.bracketedShape)
    }
    let names = inputs[request.isOldSingle ? inputs.count - 1 : 1].strings
    let contextTypes = node.types("context_sparse_types")
    let listTypes = node.types("feature_list_sparse_types")
    guard request.contextSparseKeys.count == contextTypes.count, request.sparseKeys.count == listTypes.count else {
      throw EngineError.invalidArgument("Expected as many sparse keys as sparse types")
    }
    let contextDense = try denseFeatures(
      request.contextDenseKeys, types: node.types("Tcontext_dense"), shapes: node.shapes("context_dense_shapes"),
      defaults: request.defaults)
    let listDense = try denseFeatures(
      request.denseKeys, types: node.types("feature_list_dense_types"),
      shapes: node.shapes("feature_list_dense_shapes"), defaults: nil)
    let strings = serialized.strings
    let context = FeatureColumns(
      index: try FeatureIndex(strings, keys: request.contextDenseKeys + request.contextSparseKeys), names: names,
      isSingle: isSingle, isSequence: true)
    let lists = SequenceColumns(
      index: try FeatureIndex(strings, keys: request.denseKeys + request.sparseKeys, part: .lists), names: names,
      isSingle: isSingle)

    var output = 0
    try setSparseOutputs(output, count: contextTypes.count) { number in
      try context.sparse(contextDense.count + number, request.contextSparseKeys[number], contextTypes[number])
    }
    output += 3 * contextTypes.count
    for (number, feature) in contextDense.enumerated() {
      setOutput(output + number, try context.dense(number, feature))
    }
    output += contextDense.count
    try setSparseOutputs(output, count: listTypes.count) { number in
      try lists.sparse(listDense.count + number, request.sparseKeys[number], listTypes[number])
    }
    output += 3 * listTypes.count
    for (number, feature) in listDense.enumerated() {
      let (values, lengths) = try lists.dense(number, feature, mayBeMissing: request.mayBeMissing[number])
      setOutput(output + number, values)
      if !request.isOldSingle { setOutput(output + listDense.count + number, lengths) }
    }
  }
}
