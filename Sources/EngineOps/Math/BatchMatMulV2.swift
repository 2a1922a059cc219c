import EngineCore
import EngineGraph

extension OpDefinition {
  /// Products of stacks of matrices whose leading axes are broadcast.
  static let batchMatMulV2 = matMulOfBatches(
    "BatchMatMulV2", types: Set<DType>.numeric.subtracting([.int8]), broadcastsBatch: true)
}
