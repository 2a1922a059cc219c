import EngineCore
import EngineGraph

extension OpDefinition {
  /// Products of stacks of matrices with equal leading axes.
  static let batchMatMul = matMulOfBatches(
    "BatchMatMul", types: Set<DType>.inexact.union(Set<DType>.index), broadcastsBatch: false)
}
