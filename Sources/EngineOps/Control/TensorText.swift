import EngineCore
import Glibc

/// Tensors as `Assert`, `Print` and messages show them.
enum TensorText {
  /// The elements up to `limit` (all for a negative one), with brackets for the inner axes and dots for what is left out.
  static func summary(_ tensor: Tensor, limit: Int) -> String {
    let count = tensor.elementCount
    let limit = limit < 0 ? count : min(limit, count)
    var text = ""
    if tensor.rank == 0 {
      if limit > 0 { text = element(tensor, 0) }
    } else {
      var position = 0
      append(tensor, axis: 0, limit, &position, &text)
    }
    return count > limit ? text + "..." : text
  }

  private static func append(
    _ tensor: Tensor, axis: Int, _ limit: Int, _ position: inout Int, _ text: inout String
  ) {
    if position >= limit { return }
    if axis == tensor.rank - 1 {
      for index in 0..<tensor.shape[axis] {
        if position >= limit {
          if axis != 0 { text += "..." }
          return
        }
        if index > 0 { text += " " }
        text += element(tensor, position)
        position += 1
      }
      return
    }
    for _ in 0..<tensor.shape[axis] where position < limit {
      text += "["
      append(tensor, axis: axis + 1, limit, &position, &text)
      text += "]"
    }
  }

  static func element(_ tensor: Tensor, _ index: Int) -> String {
    switch tensor.dtype {
    case .float32: number(Double(tensor.elements(Float.self)[index]), digits: 6, exact: 9) { Float($0) }
    case .float64: number(tensor.elements(Double.self)[index], digits: 15, exact: 17) { $0 }
    case .float16: number(Double(tensor.elements(Half.self)[index].float), digits: 6, exact: 9) { Float($0) }
    case .bfloat16: number(Double(tensor.elements(BFloat16.self)[index].float), digits: 6, exact: 9) { Float($0) }
    case .bool: tensor.elements(Bool.self)[index] ? "1" : "0"
    case .string: String(decoding: tensor.strings[index], as: UTF8.self)
    case .int8: String(tensor.elements(Int8.self)[index])
    case .int16: String(tensor.elements(Int16.self)[index])
    case .int32: String(tensor.elements(Int32.self)[index])
    case .int64: String(tensor.elements(Int64.self)[index])
    case .uint8: String(tensor.elements(UInt8.self)[index])
    case .uint16: String(tensor.elements(UInt16.self)[index])
    case .uint32: String(tensor.elements(UInt32.self)[index])
    case .uint64: String(tensor.elements(UInt64.self)[index])
    case .complex64:
      "(\(tensor.elements(Float.self)[2 * index]),\(tensor.elements(Float.self)[2 * index + 1]))"
    case .complex128:
      "(\(tensor.elements(Double.self)[2 * index]),\(tensor.elements(Double.self)[2 * index + 1]))"
    case .resource, .variant: "<\(tensor.dtype)>"
    }
  }

  /// The short form when it reads back as the same number, the exact one otherwise.
  private static func number<T: BinaryFloatingPoint>(
    _ value: Double, digits: Int, exact: Int, _ narrow: (Double) -> T?
  ) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let short = formatted(value, digits)
    if let read = Double(short), let narrowed = narrow(read), Double(narrowed) == value { return short }
    return formatted(value, exact)
  }

  private static func formatted(_ value: Double, _ digits: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    let length = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, "%.*g", $0) }
    return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
