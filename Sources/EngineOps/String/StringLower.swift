import EngineCore
import EngineGraph

extension OpDefinition {
  /// Lower case: of ASCII letters, or with `encoding` utf-8 of all.
  static let stringLower = OpDefinition(
    "StringLower", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .string)],
    attributes: [.string("encoding", "")], shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    let isUnicode = try isUnicode(context)
    try context.mapStrings { bytes in
      isUnicode ? ByteString(bytes.text.lowercased().utf8) : bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }
  }

  static func isUnicode(_ context: KernelContext) throws -> Bool {
    let encoding = context.node.string("encoding")
    guard encoding.isEmpty || encoding == "utf-8" else {
      throw EngineError.invalidArgument("only utf-8 or '' (no encoding) is supported, received \(encoding)")
    }
    return !encoding.isEmpty
  }
}
