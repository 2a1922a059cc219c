import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  static let serializedTypes: Set<DType> = [.string]

  /// The parts of a sparse tensor as three serialized tensors.
  static let serializeSparse = OpDefinition(
    "SerializeSparse",
    inputs: [.tensor("sparse_indices", .int64), .tensor("sparse_values", "T"), .tensor("sparse_shape", .int64)],
    outputs: [.tensor("serialized_sparse", "out_type")],
    attributes: [.type("T"), .type("out_type", serializedTypes, default: .string)],
    shape: { context in
      _ = try context.input(0, rank: 2)
      return [[3]]
    }, gradient: .none
  ) { context in
    _ = try SparsePositions(context.inputs[0], context.inputs[1], context.inputs[2])
    context.setOutput(0, try Tensor(strings: try context.inputs.map(serialized), shape: [3]))
  }

  static func serialized(_ tensor: Tensor) throws -> ByteString {
    try ProtoMessage.tensor(tensor, asContent: true).serialized()
  }
}
