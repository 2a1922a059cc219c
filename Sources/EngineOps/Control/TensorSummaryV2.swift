import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A `Summary` with a tensor and the metadata that tells viewers what it is.
  static let tensorSummaryV2 = summary(
    "TensorSummaryV2",
    [.tensor("tag", .string), .tensor("tensor", "T"), .tensor("serialized_summary_metadata", .string)],
    attributes: [.type("T")]
  ) { context in
    let metadata = context.inputs[2].strings
    guard metadata.count == 1 else {
      throw EngineError.invalidArgument("serialized_summary_metadata must be a scalar")
    }
    var value = try ProtoMessage("Summary.Value")
    value["tag"] = .string(try context.text(0))
    value["tensor"] = .message(
      try ProtoMessage.tensor(context.inputs[1], asContent: context.inputs[1].dtype != .string))
    value["metadata"] = .message(try ProtoMessage("SummaryMetadata", parsing: metadata[0]))
    var summary = try ProtoMessage("Summary")
    summary.append("value", .message(value))
    return summary.serialized()
  }
}
