import EngineGraph

extension OpDefinition {
  /// `BatchDatasetV2` with a hint for parallelism, which copying rows doesn't need here.
  static let parallelBatchDataset = dataset(
    "ParallelBatchDataset",
    [
      inputDataset, .tensor("batch_size", .int64), .tensor("num_parallel_calls", .int64),
      .tensor("drop_remainder", .bool),
    ], attributes: [.bool("parallel_copy", false), .string("deterministic", "default")]
  ) { context in
    try Batching(try context.dataset(0), size: try context.integer(1), dropsRemainder: try context.flag(3))
  }
}
