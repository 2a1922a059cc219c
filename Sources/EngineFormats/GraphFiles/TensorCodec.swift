import EngineCore

extension ProtoMessage {
  /// A `TensorProto`.
  ///
  /// Text, Booleans, complex numbers, `uint16` and single elements go into the fields of their types, other tensors into
  /// `tensor_content`, as TensorFlow's Python library does; with `asContent`, everything but text is content.
  /// **Errors**: `Unimplemented` for resources and variants.
  public static func tensor(_ tensor: Tensor, asContent: Bool = false) throws -> ProtoMessage {
    var message = try ProtoMessage("TensorProto")
    message["dtype"] = .int(Int64(tensor.dtype.rawValue))
    message["tensor_shape"] = .message(try .shape(Shape(known: tensor.shape)))
    if tensor.dtype == .string {
      message["string_val"] = .list(tensor.strings.map { .bytes($0) })
      return message
    }
    guard tensor.dtype.isPlainData else {
      throw EngineError.unimplemented("\(tensor.dtype) tensors have no protocol buffer form")
    }
    if tensor.elementCount == 0 { return message }
    let hasContentForm = !tensor.dtype.isComplex && tensor.dtype != .bool && tensor.dtype != .uint16
    let goesIntoFields = tensor.elementCount == 1 || !hasContentForm
    if asContent || !goesIntoFields {
      message["tensor_content"] = .bytes(
        ByteString(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount)))
      return message
    }
    func all<Element: TensorElement>(_ type: Element.Type, count: Int? = nil, _ convert: (Element) -> ProtoValue)
      -> ProtoValue
    {
      .list(UnsafeBufferPointer(start: tensor.elements(type), count: count ?? tensor.elementCount).map(convert))
    }
    switch tensor.dtype {
    case .float32: message["float_val"] = all(Float.self) { .float($0) }
    case .float64: message["double_val"] = all(Double.self) { .double($0) }
    case .int32: message["int_val"] = all(Int32.self) { .int(Int64($0)) }
    case .int16: message["int_val"] = all(Int16.self) { .int(Int64($0)) }
    case .int8: message["int_val"] = all(Int8.self) { .int(Int64($0)) }
    case .uint8: message["int_val"] = all(UInt8.self) { .int(Int64($0)) }
    case .uint16: message["int_val"] = all(UInt16.self) { .int(Int64($0)) }
    case .int64: message["int64_val"] = all(Int64.self) { .int($0) }
    case .bool: message["bool_val"] = all(Bool.self) { .bool($0) }
    case .float16: message["half_val"] = all(Half.self) { .int(Int64($0.bits)) }
    case .bfloat16: message["half_val"] = all(BFloat16.self) { .int(Int64($0.bits)) }
    case .uint32: message["uint32_val"] = all(UInt32.self) { .int(Int64($0)) }
    case .uint64: message["uint64_val"] = all(UInt64.self) { .int(Int64(bitPattern: $0)) }
    case .complex64:
      let parts = UnsafeBufferPointer(
        start: tensor.pointer.assumingMemoryBound(to: Float.self), count: 2 * tensor.elementCount)
      message["scomplex_val"] = .list(parts.map { .float($0) })
    case .complex128:
      let parts = UnsafeBufferPointer(
        start: tensor.pointer.assumingMemoryBound(to: Double.self), count: 2 * tensor.elementCount)
      message["dcomplex_val"] = .list(parts.map { .double($0) })
    case .string, .resource, .variant: break
    }
    return message
  }

  /// Reads this message as a `TensorProto`. A list of values that is shorter than the tensor repeats its last one.
  /// **Errors**: `InvalidArgument` when shape, type and values don't fit; `ResourceExhausted` for absurd sizes.
  public func tensorValue() throws -> Tensor {
    guard let dtype = DType(rawValue: Int32(truncatingIfNeeded: int("dtype"))) else {
      throw EngineError.invalidArgument("tensors of type number \(int("dtype")) are not supported")
    }
    guard let shape = try (message("tensor_shape")?.shapeValue() ?? .scalar).known,
      let count = Shape.elementCount(shape)
    else { throw EngineError.invalidArgument("a tensor's shape must be fully defined") }
    if dtype != .string, !dtype.isPlainData {
      throw EngineError.unimplemented("\(dtype) tensors cannot be read from a protocol buffer")
    }
    if has("tensor_content"), dtype != .string {
      let content = bytes("tensor_content")
      guard count.multipliedReportingOverflow(by: dtype.itemSize) == (content.count, false) else {
        throw EngineError.invalidArgument(
          "tensor_content has \(content.count) bytes, which do not fill a \(dtype) tensor of shape "
            + Shape(known: shape).bracketed)
      }
      let tensor = try Tensor(uninitialized: dtype, shape: shape)
      content.withUnsafeBytes { source in
        if let base = source.baseAddress { tensor.pointer.copyMemory(from: base, byteCount: source.count) }
      }
      if dtype == .bool {
        let bytes = tensor.pointer.assumingMemoryBound(to: UInt8.self)
        for index in 0..<count where bytes[index] > 1 { bytes[index] = 1 }
      }
      return tensor
    }
    let values = list(ProtoMessage.valueField(dtype))
    let width = dtype.isComplex ? 2 : 1
    guard values.count <= count.multipliedReportingOverflow(by: width).partialValue, values.count % width == 0 else {
      throw EngineError.invalidArgument(
        "\(values.count / width) values are too many for a \(dtype) tensor of shape \(Shape(known: shape).bracketed)")
    }
    // A few values may stand for any number of elements, so a small file could ask for all memory.
    guard count <= max(values.count, 1 << 28) else {
      throw EngineError.resourceExhausted("a constant of \(count) elements is too large")
    }
    if dtype == .string {
      let strings = byteStrings("string_val")
      return try Tensor(
        strings: (0..<count).map { strings.isEmpty ? [] : strings[min($0, strings.count - 1)] }, shape: shape)
    }
    let tensor = try Tensor(zeros: dtype, shape: shape)
    if !values.isEmpty { ProtoMessage.fill(tensor, values) }
    return tensor
  }

  private static func valueField(_ dtype: DType) -> String {
    switch dtype {
    case .float32: "float_val"
    case .float64: "double_val"
    case .int32, .int16, .int8, .uint8, .uint16: "int_val"
    case .int64: "int64_val"
    case .bool: "bool_val"
    case .float16, .bfloat16: "half_val"
    case .uint32: "uint32_val"
    case .uint64: "uint64_val"
    case .complex64: "scomplex_val"
    case .complex128: "dcomplex_val"
    case .string: "string_val"
    case .resource: "resource_handle_val"
    case .variant: "variant_val"
    }
  }

  private static func fill(_ tensor: Tensor, _ values: [ProtoValue]) {
    func store<Element: BitwiseCopyable>(_ type: Element.Type, width: Int = 1, _ convert: (ProtoValue) -> Element) {
      let target = tensor.pointer.assumingMemoryBound(to: type)
      let converted = values.map(convert)
      for index in 0..<tensor.elementCount * width {
        target[index] = converted[index < converted.count ? index : converted.count - width + index % width]
      }
    }
    switch tensor.dtype {
    case .float32: store(Float.self) { $0.asFloat }
    case .float64: store(Double.self) { $0.asDouble }
    case .int32: store(Int32.self) { Int32(truncatingIfNeeded: $0.asInt) }
    case .int16: store(Int16.self) { Int16(truncatingIfNeeded: $0.asInt) }
    case .int8: store(Int8.self) { Int8(truncatingIfNeeded: $0.asInt) }
    case .uint8: store(UInt8.self) { UInt8(truncatingIfNeeded: $0.asInt) }
    case .uint16, .float16, .bfloat16: store(UInt16.self) { UInt16(truncatingIfNeeded: $0.asInt) }
    case .int64: store(Int64.self) { $0.asInt }
    case .bool: store(Bool.self) { $0.asInt != 0 }
    case .uint32: store(UInt32.self) { UInt32(truncatingIfNeeded: $0.asInt) }
    case .uint64: store(UInt64.self) { UInt64(bitPattern: $0.asInt) }
    case .complex64: store(Float.self, width: 2) { $0.asFloat }
    case .complex128: store(Double.self, width: 2) { $0.asDouble }
    case .string, .resource, .variant: break
    }
  }
}
