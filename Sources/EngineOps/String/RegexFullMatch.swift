import EngineCore
import EngineGraph

extension OpDefinition {
  /// Whether a pattern matches each text as a whole.
  static let regexFullMatch = OpDefinition(
    "RegexFullMatch", inputs: [.tensor("input", .string), .tensor("pattern", .string)],
    outputs: [.tensor("output", .bool)], shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    let pattern = try TextPattern(try context.text(1))
    try context.mapStrings(to: Bool.self) { try pattern.matchesWhole($0.text) }
  }
}
