import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The tensor that a serialized `TensorProto` holds.
  static let parseTensor = OpDefinition(
    "ParseTensor", inputs: [.tensor("serialized", .string)], outputs: [.tensor("output", "out_type")],
    attributes: [.type("out_type")], shape: ShapeContext.unknown, gradient: .none
  ) { context in
    guard context.inputs[0].elementCount == 1, let serialized = context.inputs[0].strings.first else {
      throw EngineError.invalidArgument(
        "Expected `serialized` to be a scalar, got shape: \(context.inputs[0].bracketedShape)")
    }
    let tensor: Tensor
    do {
      tensor = try ProtoMessage("TensorProto", parsing: serialized).tensorValue()
    } catch let error as EngineError where error.code == .dataLoss {
      throw EngineError.invalidArgument(
        "Could not parse `serialized` as TensorProto, length: \(serialized.count) (\(error.message))")
    }
    let wanted = context.node.outputTypes[0]
    guard tensor.dtype == wanted else {
      throw EngineError.invalidArgument(
        "Type mismatch between parsed tensor (\(tensor.dtype.messageName)) and dtype (\(wanted.messageName))")
    }
    context.setOutput(0, tensor)
  }
}
