import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// One `Summary` of several. **Errors**: `InvalidArgument` for a tag that comes up twice.
  static let mergeSummary = summary(
    "MergeSummary", [.repeated("inputs", count: "N", .string)], attributes: [.int("N")]
  ) { context in
    var merged = try ProtoMessage("Summary")
    var tags = Set<String>()
    for input in context.inputs {
      for bytes in input.strings {
        guard let summary = try? ProtoMessage("Summary", parsing: bytes) else {
          throw EngineError.invalidArgument("Could not parse one of the summary inputs. Summaries were not merged.")
        }
        for value in summary.messages("value") {
          let tag = value.string("tag")
          // Tensor summaries of the oldest kind have no tag and may come up any number of times.
          guard tag.isEmpty || tags.insert(tag).inserted else {
            throw EngineError.invalidArgument("Duplicate tag \(tag) found in summary inputs ")
          }
          merged.append("value", .message(value))
        }
      }
    }
    return merged.serialized()
  }
}
