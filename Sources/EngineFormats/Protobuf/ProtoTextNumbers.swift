import EngineCore
import Glibc

/// Numbers as protocol buffers' text form prints them: the shortest digits that read back as the same value, in
/// positional notation from 1e-4 up to below 1e16, always with a point or an exponent.
enum ProtoTextNumbers {
  static func format(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
    return layOut(value.description)
  }

  static func format(_ value: Float) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
    // Protocol buffers start looking for the shortest form at six digits. That only shows in subnormal numbers, which
    // fewer digits tell apart.
    return layOut(value.isSubnormal ? sixDigits(Double(value)) : value.description)
  }

  private static func sixDigits(_ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 40)
    _ = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.6g", $0) }
    // The C library writes the point of the host's locale.
    return String(decoding: buffer.prefix { $0 != 0 }.map { $0 == 44 ? 46 : UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Rearranges a decimal number such as `1.25e+20` or `0.001`.
  private static func layOut(_ text: String) -> String {
    var digits: [UInt8] = []
    var exponent = 0  // of ten, behind the last digit
    var isNegative = false
    var seenPoint = false
    var bytes = Substring(text)
    if bytes.hasPrefix("-") {
      isNegative = true
      bytes = bytes.dropFirst()
    }
    let parts = bytes.split(separator: "e")
    for byte in (parts.first ?? "").utf8 {
      if byte == UInt8(ascii: ".") {
        seenPoint = true
      } else {
        digits.append(byte)
        if seenPoint { exponent -= 1 }
      }
    }
    if parts.count > 1 { exponent += Int(parts[1].hasPrefix("+") ? parts[1].dropFirst() : parts[1]) ?? 0 }
    while digits.count > 1, digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
    let leading = exponent + digits.count - 1  // the power of ten of the first digit
    var result = isNegative ? "-" : ""
    func string(_ part: some Sequence<UInt8>) -> String { String(decoding: Array(part), as: UTF8.self) }
    if leading < -4 || leading >= 16 {
      result += string(digits.prefix(1))
      if digits.count > 1 { result += "." + string(digits.dropFirst()) }
      let magnitude = String(abs(leading))
      result += (leading < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
    } else if leading < 0 {
      result += "0." + String(repeating: "0", count: -leading - 1) + string(digits)
    } else if exponent >= 0 {
      result += string(digits) + String(repeating: "0", count: exponent) + ".0"
    } else {
      result += string(digits.prefix(leading + 1)) + "." + string(digits.dropFirst(leading + 1))
    }
    return result
  }
}
