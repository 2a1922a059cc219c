import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A tensor as a serialized `TensorProto`, numbers as they lie in memory.
  static let serializeTensor = OpDefinition(
    "SerializeTensor", inputs: [.tensor("tensor", "T")], outputs: [.tensor("serialized", .string)],
    attributes: [.type("T")], shape: ShapeContext.scalar, gradient: .none
  ) { context in
    let bytes = try ProtoMessage.tensor(context.inputs[0], asContent: true).serialized()
    context.setOutput(0, try Tensor(strings: [bytes], shape: []))
  }
}
