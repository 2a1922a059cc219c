import EngineCore
import EngineGraph

extension OpDefinition {
  /// Upper case: of ASCII letters, or with `encoding` utf-8 of all.
  static let stringUpper = OpDefinition(
    "StringUpper", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .string)],
    attributes: [.string("encoding", "")], shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    let isUnicode = try isUnicode(context)
    try context.mapStrings { bytes in
      isUnicode ? ByteString(bytes.text.uppercased().utf8) : bytes.map { (0x61...0x7a).contains($0) ? $0 & 0xdf : $0 }
    }
  }
}
