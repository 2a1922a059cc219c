import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A `Summary` with a tensor, named after the node.
  static let tensorSummary = summary(
    "TensorSummary", [.tensor("tensor", "T")],
    attributes: [
      .type("T"), .string("description", ""), .init("labels", .strings, default: .strings([ByteString]())),
      .string("display_name", ""),
    ]
  ) { context in
    var value = try ProtoMessage("Summary.Value")
    value["node_name"] = .string(context.node.name)
    value["tensor"] = .message(
      try ProtoMessage.tensor(context.inputs[0], asContent: context.inputs[0].dtype != .string))
    var summary = try ProtoMessage("Summary")
    summary.append("value", .message(value))
    return summary.serialized()
  }
}
