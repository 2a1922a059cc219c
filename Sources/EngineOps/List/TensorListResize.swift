import EngineCore
import EngineGraph

extension OpDefinition {
  /// The list cut or filled up with unset elements.
  static let tensorListResize = OpDefinition(
    "TensorListResize", inputs: [.tensor("input_handle", .variant), .tensor("size", .int32)],
    outputs: [.tensor("output_handle", .variant)], shape: ShapeContext.scalar,
    gradient: .rule { context in
      let length = try context.graph.op("TensorListLength", context.input(0))
      return [.dense(try context.graph.op("TensorListResize", try context.gradient(), length)), nil]
    }
  ) { context in
    let (list, size) = (try context.list(), try context.integer(1))
    guard size >= 0 else {
      throw EngineError.invalidArgument("TensorListSlice expects size to be non-negative. Got: \(size)")
    }
    try checkRoom(for: size, of: Tensor?.self)
    let missing = max(size - list.items.count, 0)
    context.setOutput(
      0, try list.with(Array(list.items.prefix(size)) + [Tensor?](repeating: nil, count: missing)).tensor())
  }
}
