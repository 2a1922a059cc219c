import EngineCore
import EngineGraph

extension OpDefinition {
  /// Texts with the matches of a pattern, or the first one, written anew: `\1` in `rewrite` stands for the first group.
  static let regexReplace = OpDefinition(
    "RegexReplace",
    inputs: [.tensor("input", .string), .tensor("pattern", .string), .tensor("rewrite", .string)],
    outputs: [.tensor("output", .string)], attributes: [.bool("replace_global", true)],
    shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    try runReplace(context, pattern: try context.text(1), rewrite: try context.text(2))
  }

  static func runReplace(_ context: KernelContext, pattern: String, rewrite: String) throws {
    let pattern = try TextPattern(pattern)
    let isGlobal = context.node.bool("replace_global")
    try context.mapStrings { bytes in
      ByteString(try pattern.replacing(bytes.text, with: rewrite, all: isGlobal).utf8)
    }
  }
}
