import EngineCore
import EngineGraph

extension OpDefinition {
  /// The input's shape as a vector.
  static let shape = OpDefinition(
    "Shape", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "out_type")],
    attributes: [.type("T"), .type("out_type", .index, default: .int32)],
    shape: { [[$0.input(0).rank]] }, gradient: .none, sample: OpSample([.init([2, 0, 3], .uniform(-2, 2))])
  ) { $0.setOutput(0, try shapeVector($0.inputs[0].shape, $0.node.outputTypes[0])) }

  /// Integers as a vector of int32 or int64.
  /// **Errors**: `InvalidArgument` for a number that int32 cannot hold.
  static func shapeVector(_ values: [Int], _ dtype: DType) throws -> Tensor {
    if dtype == .int64 { return try Tensor(values.map { Int64($0) }, shape: [values.count]) }
    return try Tensor(
      values.map {
        guard let small = Int32(exactly: $0) else {
          throw EngineError.invalidArgument("size \($0) does not fit into int32")
        }
        return small
      }, shape: [values.count])
  }
}
