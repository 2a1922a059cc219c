import EngineCore

/// Reading numbers from text, with white space around them allowed.
enum NumberText {
  static func double(_ bytes: ByteString) -> Double? { Double(bytes.stripped.text) }
  static func float(_ bytes: ByteString) -> Float? { Float(bytes.stripped.text) }

  static func integer<T: FixedWidthInteger>(_ bytes: ByteString, _ type: T.Type) -> T? {
    let digits = bytes.stripped
    return digits.first == 0x2b ? nil : T(digits.text)  // no plus sign
  }
}
