import EngineCore
import EngineGraph

extension OpDefinition {
  /// The bytes of web-safe base64, with or without padding.
  static let decodeBase64 = OpDefinition(
    "DecodeBase64", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .string)],
    shape: ShapeContext.sameAsFirst, gradient: .none
  ) { try $0.mapStrings { try Base64.decode($0) } }
}
