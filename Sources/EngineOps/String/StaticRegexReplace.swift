import EngineCore
import EngineGraph

extension OpDefinition {
  /// ``regexReplace`` with the pattern and its replacement as attributes.
  static let staticRegexReplace = OpDefinition(
    "StaticRegexReplace", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .string)],
    attributes: [.string("pattern"), .string("rewrite"), .bool("replace_global", true)],
    shape: ShapeContext.sameAsFirst, gradient: .none
  ) { try runReplace($0, pattern: $0.node.string("pattern"), rewrite: $0.node.string("rewrite")) }
}
