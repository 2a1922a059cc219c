import EngineCore
import EngineGraph

extension KernelContext {
  /// Maps the strings of the first input to a tensor of the same shape.
  func mapStrings(_ body: (ByteString) throws -> ByteString) throws {
    let x = inputs[0]
    setOutput(0, try Tensor(strings: try x.strings.map(body), shape: x.shape))
  }

  /// Maps the strings of the first input to numbers of the same shape.
  func mapStrings<Element: TensorElement>(to type: Element.Type, _ body: (ByteString) throws -> Element) throws {
    let x = inputs[0]
    setOutput(0, try Tensor(try x.strings.map(body), shape: x.shape))
  }
}

extension UInt8 {
  /// ASCII space, tab, line feed, vertical tab, form feed, carriage return.
  var isWhitespace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
  /// Whether the byte goes on with a character of UTF-8 rather than starting one.
  var continuesCharacter: Bool { self & 0xc0 == 0x80 }
}

extension Array<UInt8> {
  /// Without white space at both ends.
  var stripped: ByteString {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return []
    }
    return Array(self[first...last])
  }

  var text: String { String(decoding: self, as: UTF8.self) }
}
