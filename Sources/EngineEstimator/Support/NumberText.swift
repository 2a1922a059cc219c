import EngineCore

/// Numbers and tensors as messages show them: the way numpy prints them, because programs' logs are read that way.
public enum NumberText {
  /// A host language's own way of printing arrays; scalars never get there.
  nonisolated(unsafe) public static var arrayFormatter: (@Sendable (Tensor) throws -> String)?

  public static func text(_ tensor: Tensor) throws -> String {
    if tensor.rank == 0 { return try scalars(tensor).first ?? "" }
    if let arrayFormatter { return try arrayFormatter(tensor) }
    let items = try scalars(tensor)
    var position = 0
    func nested(_ axis: Int) -> String {
      if axis == tensor.rank {
        defer { position += 1 }
        return items[position]
      }
      let separator = axis == tensor.rank - 1 ? " " : "\n" + String(repeating: " ", count: axis + 1)
      return "[" + (0..<tensor.shape[axis]).map { _ in nested(axis + 1) }.joined(separator: separator) + "]"
    }
    return nested(0)
  }

  private static func scalars(_ tensor: Tensor) throws -> [String] {
    switch tensor.dtype {
    case .float32: return try tensor.scalars(Float.self).map(text)
    case .float64: return try tensor.scalars(Double.self).map(text)
    case .float16: return try tensor.scalars(Half.self).map { text($0.float) }
    case .bfloat16: return try tensor.scalars(BFloat16.self).map { text($0.float) }
    case .bool: return try tensor.scalars(Bool.self).map { $0 ? "True" : "False" }
    case .string: return tensor.strings.map(text)
    case .uint64: return try tensor.scalars(UInt64.self).map { String($0) }
    case .complex64: return complex(try tensor.parts(Float.self), text)
    case .complex128: return complex(try tensor.parts(Double.self), text)
    default:
      return tensor.dtype.isInteger
        ? try tensor.integers().map { String($0) }
        : [String](repeating: "<\(tensor.dtype)>", count: tensor.elementCount)
    }
  }

  /// Complex numbers from real and imaginary parts in turn, as Python writes them: `(1+2j)`.
  private static func complex<Part: FloatingPoint>(_ parts: [Part], _ text: (Part) -> String) -> [String] {
    func short(_ number: Part) -> String {
      let full = text(number)
      return full.hasSuffix(".0") ? String(full.dropLast(2)) : full
    }
    return stride(from: 0, to: parts.count - 1, by: 2).map { index in
      let (real, imaginary) = (parts[index], parts[index + 1])
      let tail = short(imaginary) + "j"
      if real.isZero && real.sign == .plus { return tail }
      return "(" + short(real) + (imaginary.sign == .plus || imaginary.isNaN ? "+" : "") + tail + ")"
    }
  }

  /// Bytes as Python writes them: `b'text'`.
  public static func text(_ bytes: ByteString) -> String {
    var result = "b'"
    for byte in bytes {
      switch byte {
      case 0x27: result += "\\'"
      case 0x5c: result += "\\\\"
      case 0x0a: result += "\\n"
      case 0x0d: result += "\\r"
      case 0x09: result += "\\t"
      case 0x20..<0x7f: result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return result + "'"
  }

  public static func text(_ value: Float) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return layout("\(value)")
  }

  public static func text(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return layout("\(value)")
  }

  /// Brings the shortest digits (which Swift finds) into numpy's layout: positional from 1e-4 up to 1e16.
  private static func layout(_ shortest: String) -> String {
    var body = Substring(shortest)
    let sign = body.hasPrefix("-") ? "-" : ""
    if !sign.isEmpty { body = body.dropFirst() }
    var exponent = 0
    if let mark = body.firstIndex(of: "e") {
      exponent = Int(body[body.index(after: mark)...]) ?? 0
      body = body[..<mark]
    }
    let parts = body.split(separator: ".", omittingEmptySubsequences: false)
    var digits = String(parts.first ?? "") + (parts.count > 1 ? String(parts[1]) : "")
    var point = (parts.first?.count ?? 0) + exponent
    while digits.hasPrefix("0") && digits.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.hasSuffix("0") && digits.count > 1 { digits.removeLast() }
    if digits == "0" { return sign + "0.0" }
    let scientific = point - 1
    if scientific < -4 || scientific >= 16 {
      let rest = digits.dropFirst()
      let magnitude = abs(scientific)
      return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e" + (scientific < 0 ? "-" : "+")
        + (magnitude < 10 ? "0" : "") + String(magnitude)
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }
}

extension Tensor {
  /// The only element of an integer tensor, without detours: hooks read the global step with it at every step.
  public func integerScalar() throws -> Int {
    if dtype == .int64 && elementCount == 1 { return Int(elements(Int64.self).pointee) }
    guard let value = try integers().first, elementCount == 1 else {
      throw EngineError.invalidArgument("expected a single integer, got shape \(Shape(known: shape).bracketed)")
    }
    return value
  }

  /// The only element of a floating-point tensor.
  public func floatScalar() throws -> Double {
    guard elementCount == 1 else {
      throw EngineError.invalidArgument("expected a single number, got shape \(Shape(known: shape).bracketed)")
    }
    switch dtype {
    case .float32: return Double(elements(Float.self).pointee)
    case .float64: return elements(Double.self).pointee
    case .float16: return Double(elements(Half.self).pointee.float)
    case .bfloat16: return Double(elements(BFloat16.self).pointee.float)
    default: return Double(try integerScalar())
    }
  }

  /// Whether any element is not a number.
  func containsNaN() throws -> Bool {
    switch dtype {
    case .float32: return UnsafeBufferPointer(start: elements(Float.self), count: elementCount).contains { $0.isNaN }
    case .float64: return UnsafeBufferPointer(start: elements(Double.self), count: elementCount).contains { $0.isNaN }
    case .float16: return try scalars(Half.self).contains { $0.float.isNaN }
    case .bfloat16: return try scalars(BFloat16.self).contains { $0.float.isNaN }
    default: return false
    }
  }
}
