import EngineCore

extension ProtoMessage {
  /// A `TensorShapeProto`.
  public static func shape(_ shape: Shape) throws -> ProtoMessage {
    var message = try ProtoMessage("TensorShapeProto")
    guard let dimensions = shape.dimensions else {
      message["unknown_rank"] = true
      return message
    }
    for dimension in dimensions {
      var dim = try ProtoMessage("TensorShapeProto.Dim")
      dim["size"] = .int(Int64(dimension ?? -1))
      message.append("dim", .message(dim))
    }
    return message
  }

  /// Reads this message as a `TensorShapeProto`.
  /// **Errors**: `InvalidArgument` for a negative dimension other than -1.
  public func shapeValue() throws -> Shape {
    if bool("unknown_rank") { return .unknown }
    return Shape(
      try messages("dim").map { dim -> Int? in
        let size = dim.int("size")
        guard size >= -1 else { throw EngineError.invalidArgument("Shape has a dimension of size \(size)") }
        return size < 0 ? nil : size
      })
  }
}
