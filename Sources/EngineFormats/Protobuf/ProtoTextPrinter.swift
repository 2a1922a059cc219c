import EngineCore

/// Writes messages in protocol buffers' text form.
struct ProtoTextPrinter {
  var output: ByteString = []
  private var indent = 0

  init() {}

  mutating func message(_ message: ProtoMessage) {
    for field in message.descriptor.fields {
      guard let value = message.values[field.slot] else { continue }
      switch (field.cardinality, value) {
      case (.map(let keyType), .map(let map)):
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
          open(field.name)
          if !key.value.isDefault { line("key", keyType, key.value) }
          if !value.isDefault { line("value", field.type, value) }
          close()
        }
      case (.repeated, .list(let list)):
        for element in list { line(field.name, field.type, element) }
      case (.single(let hasPresence), _):
        if hasPresence || !value.isDefault { line(field.name, field.type, value) }
      default: break
      }
    }
  }

  private mutating func open(_ name: String) {
    spaces()
    write(name)
    write(" {\n")
    indent += 2
  }

  private mutating func close() {
    indent -= 2
    spaces()
    write("}\n")
  }

  private mutating func line(_ name: String, _ type: ProtoType, _ value: ProtoValue) {
    if case .message(let inner) = value {
      open(name)
      message(inner)
      close()
      return
    }
    spaces()
    write(name)
    write(": ")
    scalar(type, value)
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func scalar(_ type: ProtoType, _ value: ProtoValue) {
    switch type {
    case .double: write(ProtoTextNumbers.format(value.asDouble))
    case .float: write(ProtoTextNumbers.format(value.asFloat))
    case .bool: write(value.asInt == 0 ? "false" : "true")
    case .enumeration(let names):
      let number = Int32(truncatingIfNeeded: value.asInt)
      write(names.name(of: number) ?? String(number))
    case .uint64, .fixed64: write(String(UInt64(bitPattern: value.asInt)))
    case .string, .bytes:
      output.append(UInt8(ascii: "\""))
      switch value {
      case .string(let text): escape(text.utf8)
      case .bytes(let bytes): escape(bytes)
      default: break
      }
      output.append(UInt8(ascii: "\""))
    default: write(String(value.asInt))
    }
  }

  private mutating func escape(_ bytes: some Sequence<UInt8>) {
    let backslash = UInt8(ascii: "\\")
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n"): output += [backslash, UInt8(ascii: "n")]
      case UInt8(ascii: "\r"): output += [backslash, UInt8(ascii: "r")]
      case UInt8(ascii: "\t"): output += [backslash, UInt8(ascii: "t")]
      case UInt8(ascii: "\""), UInt8(ascii: "'"), backslash: output += [backslash, byte]
      case 0x20..<0x7f: output.append(byte)
      default: output += [backslash, 48 + (byte >> 6), 48 + (byte >> 3 & 7), 48 + (byte & 7)]
      }
    }
  }

  private mutating func spaces() { output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent)) }
  private mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }
}

extension ProtoMessage {
  /// The text form, as protocol buffers' Python library prints it.
  public func text() -> ByteString {
    var printer = ProtoTextPrinter()
    printer.message(self)
    return printer.output
  }
}
