import EngineGraph

extension OpDefinition {
  /// Runs of `batch_size` elements, stacked; the last may be shorter unless `drop_remainder`.
  static let batchDatasetV2 = dataset(
    "BatchDatasetV2", [inputDataset, .tensor("batch_size", .int64), .tensor("drop_remainder", .bool)],
    attributes: [.bool("parallel_copy", false)]
  ) { context in
    try Batching(try context.dataset(0), size: try context.integer(1), dropsRemainder: try context.flag(2))
  }
}
