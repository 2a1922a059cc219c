import EngineCore
import EngineGraph

extension OpDefinition {
  /// Web-safe base64, padded with `=` if `pad` says so.
  static let encodeBase64 = OpDefinition(
    "EncodeBase64", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .string)],
    attributes: [.bool("pad", false)], shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    let pad = context.node.bool("pad")
    try context.mapStrings { Base64.encode($0, pad: pad) }
  }
}
