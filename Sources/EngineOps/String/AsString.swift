import EngineCore
import EngineGraph
import Glibc

extension OpDefinition {
  /// Numbers as text, in the manner of C's `printf`.
  static let asString = OpDefinition(
    "AsString", inputs: [.tensor("input", "T")], outputs: [.tensor("output", .string)],
    attributes: [
      .type("T", Set<DType>.numeric.union([.bool, .string, .variant])), .int("precision", -1),
      .bool("scientific", false),
      .bool("shortest", false), .int("width", -1), .string("fill", ""),
    ], shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    let (x, node) = (context.inputs[0], context.node)
    if x.dtype == .string {
      context.setOutput(0, context.takeInput(0))
      return
    }
    let format = try numberFormat(node, x.dtype)
    func texts<T: TensorElement>(_ type: T.Type, _ argument: (T) -> any CVarArg) throws {
      let source = x.elements(type)
      let strings = (0..<x.elementCount).map { formatted(format, argument(source[$0])) }
      context.setOutput(0, try Tensor(strings: strings, shape: x.shape))
    }
    switch x.dtype {
    case .float32: try texts(Float.self) { Double($0) }
    case .float64: try texts(Double.self) { $0 }
    case .float16: try texts(Half.self) { Double($0.float) }
    case .bfloat16: try texts(BFloat16.self) { Double($0.float) }
    case .int8: try texts(Int8.self) { Int64($0) }
    case .int16: try texts(Int16.self) { Int64($0) }
    case .int32: try texts(Int32.self) { Int64($0) }
    case .int64: try texts(Int64.self) { $0 }
    case .uint8: try texts(UInt8.self) { UInt64($0) }
    case .uint16: try texts(UInt16.self) { UInt64($0) }
    case .uint32: try texts(UInt32.self) { UInt64($0) }
    case .uint64: try texts(UInt64.self) { $0 }
    case .bool:
      let flags = try x.scalars(Bool.self)
      context.setOutput(0, try Tensor(strings: flags.map { ByteString(($0 ? "true" : "false").utf8) }, shape: x.shape))
    default: throw EngineError.unimplemented("no AsString kernel for \(x.dtype)")
    }
  }

  /// The `printf` format that the attributes describe.
  private static func numberFormat(_ node: Node, _ dtype: DType) throws -> String {
    let (precision, width, fill) = (node.int("precision"), node.int("width"), node.string("fill"))
    let (scientific, shortest) = (node.bool("scientific"), node.bool("shortest"))
    guard !(scientific && shortest) else {
      throw EngineError.invalidArgument("Cannot select both scientific and shortest notation")
    }
    guard fill.utf8.count <= 1, fill.isEmpty || " +-0#".contains(fill) else {
      throw EngineError.invalidArgument("Fill argument not supported: \"\(fill)\"")
    }
    if !dtype.isFloating {
      guard !scientific, !shortest else {
        throw EngineError.invalidArgument("scientific and shortest format not supported for datatype \(dtype)")
      }
      guard precision < 0 else { throw EngineError.invalidArgument("precision not supported for datatype \(dtype)") }
    }
    guard max(width, precision) <= 1 << 16 else {
      throw EngineError.invalidArgument("cannot print a number in \(max(width, precision)) characters")
    }
    var format = "%" + fill
    if width > -1 { format += String(width) }
    if precision > -1 { format += ".\(precision)" }
    if dtype.isFloating { return format + (scientific ? "e" : shortest ? "g" : "f") }
    return format + (dtype.isSigned ? "lld" : "llu")
  }

  private static func formatted(_ format: String, _ argument: any CVarArg) -> ByteString {
    withVaList([argument]) { arguments in
      var buffer = [CChar](repeating: 0, count: 512)
      let length = Int(vsnprintf(&buffer, buffer.count, format, arguments))
      if length < buffer.count { return buffer[..<Swift.max(length, 0)].map { UInt8(bitPattern: $0) } }
      return withVaList([argument]) { again in
        buffer = [CChar](repeating: 0, count: length + 1)
        vsnprintf(&buffer, buffer.count, format, again)
        return buffer[..<length].map { UInt8(bitPattern: $0) }
      }
    }
  }
}
