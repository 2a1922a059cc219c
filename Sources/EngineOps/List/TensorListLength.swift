import EngineCore
import EngineGraph

extension OpDefinition {
  /// The number of elements.
  static let tensorListLength = OpDefinition(
    "TensorListLength", inputs: [.tensor("input_handle", .variant)], outputs: [.tensor("length", .int32)],
    shape: ShapeContext.scalar, gradient: .none
  ) { $0.setOutput(0, Tensor(scalar: Int32(truncatingIfNeeded: try $0.list().items.count))) }
}
