import EngineCore
import EngineGraph

extension OpDefinition {
  /// Without white space at both ends.
  static let stringStrip = OpDefinition(
    "StringStrip", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .string)],
    shape: ShapeContext.sameAsFirst, gradient: .none
  ) { try $0.mapStrings { $0.stripped } }
}
