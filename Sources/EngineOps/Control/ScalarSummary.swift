import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A `Summary` of one number for each tag; `tags` and `values` have the same shape.
  static let scalarSummary = summary(
    "ScalarSummary", [.tensor("tags", .string), .tensor("values", "T")], attributes: [.type("T", .real)]
  ) { context in
    let (tags, values) = (context.inputs[0], context.inputs[1])
    guard tags.shape == values.shape || (tags.elementCount == 1 && values.elementCount == 1) else {
      throw EngineError.invalidArgument(
        "tags and values are not the same shape: \(tags.shapeText) != \(values.shapeText)"
          + (tags.elementCount == 1 ? " (tag '\(String(decoding: tags.strings[0], as: UTF8.self))')" : ""))
    }
    let numbers = try context.floats(1)
    return try Summary.message(
      zip(tags.strings, numbers).map { .scalar(String(decoding: $0, as: UTF8.self), $1) }
    ).serialized()
  }
}
