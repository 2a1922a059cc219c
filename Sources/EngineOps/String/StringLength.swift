import EngineCore
import EngineGraph

extension OpDefinition {
  /// How many bytes, or characters of UTF-8, strings have.
  static let stringLength = OpDefinition(
    "StringLength", inputs: [.tensor("input", .string)], outputs: [.tensor("output", .int32)],
    attributes: [.string("unit", "BYTE", oneOf: ["BYTE", "UTF8_CHAR"])], shape: ShapeContext.sameAsFirst,
    gradient: .none
  ) { context in
    let countsBytes = context.node.string("unit") == "BYTE"
    try context.mapStrings(to: Int32.self) { bytes in
      Int32(truncatingIfNeeded: countsBytes ? bytes.count : bytes.reduce(0) { $0 + ($1.continuesCharacter ? 0 : 1) })
    }
  }
}
