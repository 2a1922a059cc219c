import EngineCore
import EngineGraph

extension OpDefinition {
  /// The number of entries.
  static let lookupTableSizeV2 = OpDefinition(
    "LookupTableSizeV2", inputs: [tableHandle], outputs: [.tensor("size", .int64)],
    isStateful: true,
    shape: ShapeContext.scalar, gradient: .none
  ) { $0.setOutput(0, Tensor(scalar: Int64(try $0.table().count()))) }
}
